-- Money and states are as they are now; an order that was deleted in the shop is no longer among them.
with order_sellers as (
    -- An order has a seller where all of its lines have the same one.
    select
        order_id,
        case when count(distinct seller) = 1 and count(*) = count(seller) then min(seller) end as seller_id
    from line_items
    group by order_id
)

select
    orders.order_reference as order_id,
    orders.customer_id,
    order_sellers.seller_id,
    orders.country_code as market,
    case
        when orders.cancelled_at is not null then 'cancelled'
        else lower(orders.display_fulfillment_status)
    end as status,
    orders.total_currency_code as currency_code,
    orders.total_amount,
    orders.test as is_test,
    orders.processed_at as ordered_at,
    orders.cancelled_at,
    orders.updated_at,
    orders._row_id,
    orders._seen_at
from orders
left outer join order_sellers on orders.id = order_sellers.order_id
