with orders as (
    select * from {{ ref('int_orders_shipped') }}
)

select
    order_key,
    order_id,
    customer_key,
    seller_key,
    source_name,
    market,
    status,
    currency_code,
    app_version,
    carrier,
    ships_from_country,
    tracking,
    cast(delivery_count as bigint) as delivery_count,
    total_amount,
    cancelled_at is not null as is_cancelled,
    {{ reporting_date('ordered_at') }} as ordered_date,
    promised_date,
    {{ reporting_date('shipped_at') }} as shipped_date,
    ordered_at,
    cancelled_at,
    promised_at,
    shipped_at,
    delivered_at,
    complete_through_at
from orders
where exclusion_reason is null
