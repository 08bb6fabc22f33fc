with order_returns as (
    select * from {{ ref('int_order_returns') }}
),

return_delays as (
    select * from {{ ref('int_return_delays') }}
),

horizons as (
    select
        min(complete_through_at) as complete_through_at,
        min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('orders', 'returns')
),

return_sources as (
    select distinct source_name from {{ ref('fct_returns') }}
),

counted as (
    select
        order_returns.market,
        {{ week_of('order_returns.shipped_date') }} as shipped_week,
        count(*) as shipped_order_count,
        sum(case when order_returns.has_requested_return then 1 else 0 end) as return_requested_order_count,
        sum(case when order_returns.has_received_return then 1 else 0 end) as return_received_order_count,
        sum(case when order_returns.has_refunded_return then 1 else 0 end) as return_refunded_order_count,
        sum(order_returns.unit_count) as shipped_unit_count,
        sum(case when order_returns.unit_count is not null then order_returns.returned_unit_count else 0 end)
            as return_requested_unit_count,
        max(order_returns.shipped_at) as last_shipped_at
    from order_returns
    where exists (select 1 from return_sources)
    group by order_returns.market, {{ week_of('order_returns.shipped_date') }}
),

aged as (
    select
        counted.*,
        horizons.first_incomplete_date,
        cast(floor(
            ({{ epoch_seconds('horizons.complete_through_at') }} - {{ epoch_seconds('counted.last_shipped_at') }})
            / 86400e0
        ) as bigint) as youngest_age_days
    from counted
    cross join horizons
),

-- The youngest order of the cohort decides: its age is the age by which the whole cohort is judged.
matured as (
    select
        aged.market,
        aged.shipped_week,
        max(case when return_delays.delay_days < aged.youngest_age_days then return_delays.requested_share_ratio end)
            as maturity_ratio
    from aged
    cross join return_delays
    group by aged.market, aged.shipped_week
),

closed as (
    select max(closed_return_count) as closed_return_count from return_delays
)

select
    aged.market,
    cast(aged.shipped_order_count as bigint) as shipped_order_count,
    cast(aged.return_requested_order_count as bigint) as return_requested_order_count,
    {{ ratio('aged.return_requested_order_count', 'aged.shipped_order_count') }} as order_return_ratio,
    {{ wilson_bound('aged.return_requested_order_count', 'aged.shipped_order_count', 'low') }}
        as order_return_low_ratio,
    {{ wilson_bound('aged.return_requested_order_count', 'aged.shipped_order_count', 'high') }}
        as order_return_high_ratio,
    cast(aged.return_received_order_count as bigint) as return_received_order_count,
    cast(aged.return_refunded_order_count as bigint) as return_refunded_order_count,
    cast(aged.shipped_unit_count as bigint) as shipped_unit_count,
    cast(aged.return_requested_unit_count as bigint) as return_requested_unit_count,
    {{ ratio('aged.return_requested_unit_count', 'aged.shipped_unit_count') }} as unit_return_ratio,
    greatest(aged.youngest_age_days, 0) as youngest_age_days,
    -- With few returns to learn the delays from, nothing is called mature.
    case when closed.closed_return_count >= 30 then coalesce(matured.maturity_ratio, 0e0) end as maturity_ratio,
    coalesce(
        closed.closed_return_count >= 30
        and matured.maturity_ratio >= 0.95e0
        and {{ add_days('aged.shipped_week', 7) }} <= aged.first_incomplete_date,
        false
    ) as is_mature,
    aged.shipped_week
from aged
left outer join matured on aged.market = matured.market and aged.shipped_week = matured.shipped_week
cross join closed
