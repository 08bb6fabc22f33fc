-- Tickets that the settings `inr_tags` and `inr_reasons` say are about an item that did not come.
select
    id as claim_id,
    order_id,
    'ticket' as origin,
    created_at as opened_at,
    case
        when status = 'deleted' then 'the ticket was deleted'
        when order_id is null then 'the ticket names no order'
    end as _drop_reason,
    _row_id,
    _seen_at
from tickets
where is_item_not_received = 'true'
