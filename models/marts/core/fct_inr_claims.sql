with inr_claims as (
    select * from {{ ref('int_inr_claims_classified') }}
)

select
    claim_key,
    order_key,
    source_name,
    market,
    origin,
    outcome,
    order_claim_number = 1 as is_first_of_order,
    is_proxy,
    is_order_unknown,
    promised_date,
    {{ reporting_date('opened_at') }} as opened_date,
    opened_at,
    resolved_at,
    refunded_at
from inr_claims
where exclusion_reason is null
