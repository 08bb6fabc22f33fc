-- A line's price is after discounts; freight is charged on the order, so that no line has any.
select
    regexp_extract(line_items.id, '[^/]+$') as order_item_id,
    orders.order_reference as order_id,
    line_items.seller as seller_id,
    line_items.product_id,
    coalesce(line_items.product_type, line_items.product_category) as product_category,
    line_items.discounted_total_currency_code as currency_code,
    line_items.quantity as unit_count,
    line_items.discounted_total_amount as price_amount,
    case when orders.id is null then 'its order was deleted in the shop' end as _drop_reason,
    line_items._row_id,
    line_items._seen_at
from line_items
left outer join orders on line_items.order_id = orders.id
