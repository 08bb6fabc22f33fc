with source as (
    select * from {{ source('contract', 'returns') }}
),

renamed as (
    select
        return_key,
        source_name,
        return_id,
        order_id,
        order_key,
        order_item_id,
        order_item_key,
        return_reason,
        coalesce(unit_count, 1) as unit_count,
        requested_at,
        received_at,
        refunded_at
    from source
)

select
    return_key,
    source_name,
    return_id,
    order_id,
    order_key,
    order_item_id,
    order_item_key,
    return_reason,
    unit_count,
    requested_at,
    received_at,
    refunded_at
from renamed
