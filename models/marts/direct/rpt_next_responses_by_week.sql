-- After the first response: each later stretch in which the customer waited. A wait that the resolution ended without a reply
-- is in the risk set until then, like one that is still running.
with waits as (
    select * from {{ ref('int_response_waits_measured') }}
    where is_next_response
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

weekly as (
    select
        *,
        {{ week_of('waiting_from_date') }} as waiting_from_week
    from waits
),

counted as (
    select
        market,
        waiting_from_week,
        count(*) as wait_count,
        sum(case when is_answered then 1 else 0 end) as answered_count,
        sum(case when is_resolved_without_answer then 1 else 0 end) as resolved_without_answer_count,
        sum(case when is_answered then waited_calendar_seconds end) as total_next_response_calendar_seconds,
        sum(case when is_answered then waited_business_seconds end) as total_next_response_business_seconds
    from weekly
    group by market, waiting_from_week
),

calendar_quantiles as (
    {{ censored_quantiles(
        'weekly', ['market', 'waiting_from_week'], 'waited_calendar_seconds', 'is_answered', 'next_response_calendar_seconds'
    ) }}
),

business_quantiles as (
    {{ censored_quantiles(
        'weekly', ['market', 'waiting_from_week'], 'waited_business_seconds', 'is_answered', 'next_response_business_seconds'
    ) }}
)

select
    counted.market,
    cast(counted.wait_count as bigint) as wait_count,
    cast(counted.answered_count as bigint) as answered_count,
    cast(counted.resolved_without_answer_count as bigint) as resolved_without_answer_count,
    cast(counted.total_next_response_calendar_seconds as bigint) as total_next_response_calendar_seconds,
    {{ ratio('counted.total_next_response_calendar_seconds', 'counted.answered_count') }}
        as next_response_calendar_seconds_mean,
    cast(calendar_quantiles.next_response_calendar_seconds_median as bigint) as next_response_calendar_seconds_median,
    cast(calendar_quantiles.next_response_calendar_seconds_p90 as bigint) as next_response_calendar_seconds_p90,
    cast(counted.total_next_response_business_seconds as bigint) as total_next_response_business_seconds,
    cast(business_quantiles.next_response_business_seconds_median as bigint) as next_response_business_seconds_median,
    cast(business_quantiles.next_response_business_seconds_p90 as bigint) as next_response_business_seconds_p90,
    calendar_quantiles.is_next_response_calendar_seconds_median_at_least,
    calendar_quantiles.is_next_response_calendar_seconds_p90_at_least,
    business_quantiles.is_next_response_business_seconds_median_at_least,
    business_quantiles.is_next_response_business_seconds_p90_at_least,
    {{ add_days('counted.waiting_from_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.waiting_from_week
from counted
left outer join calendar_quantiles
    on
        counted.market = calendar_quantiles.market
        and counted.waiting_from_week = calendar_quantiles.waiting_from_week
left outer join business_quantiles
    on
        counted.market = business_quantiles.market
        and counted.waiting_from_week = business_quantiles.waiting_from_week
cross join horizons
