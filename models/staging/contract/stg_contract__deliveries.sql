with source as (
    select * from {{ source('contract', 'deliveries') }}
),

renamed as (
    select
        delivery_key,
        source_name,
        delivery_id,
        order_id,
        order_key,
        carrier,
        ships_from_country,
        tracking,
        promised_date,
        promised_at,
        shipped_at,
        delivered_at
    from source
)

select
    delivery_key,
    source_name,
    delivery_id,
    order_id,
    order_key,
    carrier,
    ships_from_country,
    tracking,
    promised_date,
    promised_at,
    shipped_at,
    delivered_at
from renamed
