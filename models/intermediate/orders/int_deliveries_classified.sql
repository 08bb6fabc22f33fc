with deliveries as (
    select * from {{ ref('stg_contract__deliveries') }}
),

orders as (
    select * from {{ ref('int_orders_shipped') }}
)

select
    deliveries.delivery_key,
    deliveries.order_key,
    deliveries.source_name,
    deliveries.carrier,
    deliveries.ships_from_country,
    deliveries.tracking,
    case when orders.exclusion_reason is not null then 'its order is excluded: ' || orders.exclusion_reason end
        as exclusion_reason,
    deliveries.promised_date,
    deliveries.promised_at,
    deliveries.shipped_at,
    deliveries.delivered_at
from deliveries
left outer join orders on deliveries.order_key = orders.order_key
