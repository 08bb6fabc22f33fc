with order_items as (
    select * from {{ ref('stg_contract__order_items') }}
),

orders as (
    select * from {{ ref('int_orders_shipped') }}
)

select
    order_items.order_item_key,
    order_items.order_key,
    order_items.seller_key,
    order_items.product_id,
    order_items.source_name,
    order_items.product_category,
    order_items.currency_code,
    case when orders.exclusion_reason is not null then 'its order is excluded: ' || orders.exclusion_reason end
        as exclusion_reason,
    order_items.price_amount,
    order_items.freight_amount,
    order_items.unit_count
from order_items
left outer join orders on order_items.order_key = orders.order_key
