with source as (
    select * from {{ source('contract', 'order_items') }}
),

renamed as (
    select
        order_item_key,
        source_name,
        order_item_id,
        order_id,
        order_key,
        seller_id,
        seller_key,
        product_id,
        product_category,
        currency_code,
        coalesce(unit_count, 1) as unit_count,
        price_amount,
        freight_amount
    from source
)

select
    order_item_key,
    source_name,
    order_item_id,
    order_id,
    order_key,
    seller_id,
    seller_key,
    product_id,
    product_category,
    currency_code,
    unit_count,
    price_amount,
    freight_amount
from renamed
