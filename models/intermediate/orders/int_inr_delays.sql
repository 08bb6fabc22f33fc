-- F(age) as in int_return_delays, from the promised time to the claim.
with order_claims as (
    select * from {{ ref('int_order_inr_claims') }}
),

closed as (
    select
        cast(floor(({{ epoch_seconds('first_opened_at') }} - {{ epoch_seconds('due_at') }}) / 86400e0) as bigint)
            as delay_days
    from order_claims
    where
        has_claim
        and {{ add_seconds('due_at', 180 * 86400) }} <= complete_through_at
        and first_opened_at < {{ add_seconds('due_at', 180 * 86400) }}
),

counted as (
    select
        delay_days,
        count(*) as claim_count
    from closed
    group by delay_days
)

select
    delay_days,
    cast(sum(claim_count) over (order by delay_days asc nulls last rows between unbounded preceding and current row) as bigint)
        as cumulative_claim_count,
    cast(sum(claim_count) over () as bigint) as closed_claim_count,
    sum(claim_count) over (order by delay_days asc nulls last rows between unbounded preceding and current row) * 1e0
    / sum(claim_count) over () as claimed_share_ratio
from counted
