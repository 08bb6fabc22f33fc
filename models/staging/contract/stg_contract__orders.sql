with source as (
    select * from {{ source('contract', 'orders') }}
),

renamed as (
    select
        order_key,
        source_name,
        order_id,
        customer_id,
        customer_key,
        seller_id,
        seller_key,
        market,
        status,
        currency_code,
        app_version,
        total_amount,
        coalesce(is_test, false) as is_test,
        ordered_at,
        cancelled_at,
        updated_at
    from source
)

select
    order_key,
    source_name,
    order_id,
    customer_id,
    customer_key,
    seller_id,
    seller_key,
    market,
    status,
    currency_code,
    app_version,
    total_amount,
    is_test,
    ordered_at,
    cancelled_at,
    updated_at
from renamed
