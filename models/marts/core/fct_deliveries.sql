with deliveries as (
    select * from {{ ref('int_deliveries_classified') }}
)

select
    delivery_key,
    order_key,
    source_name,
    carrier,
    ships_from_country,
    tracking,
    promised_date,
    promised_at,
    shipped_at,
    delivered_at
from deliveries
where exclusion_reason is null
