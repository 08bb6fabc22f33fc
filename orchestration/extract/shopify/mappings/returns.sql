-- One row per line of a return, since each has its own reason and comes back by itself.
select
    regexp_extract(return_line_items.id, '[^/]+$') as return_id,
    orders.order_reference as order_id,
    regexp_extract(return_line_items.line_item_id, '[^/]+$') as order_item_id,
    replace(lower(return_line_items.reason_handle), '-', '_') as return_reason,
    return_line_items.quantity as unit_count,
    return_line_items.return_created_at as requested_at,
    return_line_items.received_at,
    return_line_items.refunded_at,
    case
        when orders.id is null then 'its order was deleted in the shop'
        when return_line_items.return_status = 'CANCELED' then 'the return was cancelled'
        when return_line_items.return_status = 'DECLINED' then 'the return was declined'
    end as _drop_reason,
    return_line_items._row_id,
    return_line_items._seen_at
from return_line_items
left outer join orders on return_line_items.order_id = orders.id
