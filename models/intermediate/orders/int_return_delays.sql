-- F(age): of the returns that a closed cohort will ever have, the share asked for within so many days of shipping.
with order_returns as (
    select * from {{ ref('int_order_returns') }}
),

-- A cohort is closed when its orders have been watched for 180 days.
closed as (
    select
        floor(({{ epoch_seconds('first_requested_at') }} - {{ epoch_seconds('shipped_at') }}) / 86400e0) as delay_days
    from order_returns
    where
        has_requested_return
        and {{ add_seconds('shipped_at', 180 * 86400) }} <= complete_through_at
        and first_requested_at < {{ add_seconds('shipped_at', 180 * 86400) }}
),

counted as (
    select
        cast(delay_days as bigint) as delay_days,
        count(*) as return_count
    from closed
    group by cast(delay_days as bigint)
)

select
    delay_days,
    cast(sum(return_count) over (order by delay_days asc nulls last rows between unbounded preceding and current row) as bigint)
        as cumulative_return_count,
    cast(sum(return_count) over () as bigint) as closed_return_count,
    sum(return_count) over (order by delay_days asc nulls last rows between unbounded preceding and current row) * 1e0
    / sum(return_count) over () as requested_share_ratio
from counted
