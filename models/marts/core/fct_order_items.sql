with order_items as (
    select * from {{ ref('int_order_items_classified') }}
)

select
    order_item_key,
    order_key,
    seller_key,
    product_id,
    source_name,
    product_category,
    currency_code,
    price_amount,
    freight_amount,
    cast(unit_count as bigint) as unit_count
from order_items
where exclusion_reason is null
