with source as (
    select * from {{ source('contract', 'inr_claims') }}
),

renamed as (
    select
        claim_key,
        source_name,
        claim_id,
        order_id,
        order_key,
        origin,
        outcome,
        coalesce(is_proxy, false) as is_proxy,
        opened_at,
        resolved_at,
        refunded_at
    from source
)

select
    claim_key,
    source_name,
    claim_id,
    order_id,
    order_key,
    origin,
    outcome,
    is_proxy,
    opened_at,
    resolved_at,
    refunded_at
from renamed
