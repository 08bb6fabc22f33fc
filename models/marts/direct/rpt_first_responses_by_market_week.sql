with waits as (
    select * from {{ ref('int_first_response_waits') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

counted as (
    select
        market,
        created_week,
        count(*) as contact_count,
        sum(case when is_answered then 1 else 0 end) as answered_count,
        sum(case when is_within_target then 1 else 0 end) as answered_within_target_count,
        sum(case when is_target_outcome_known then 1 else 0 end) as target_outcome_known_count,
        sum(first_response_calendar_seconds) as total_first_response_calendar_seconds,
        sum(first_response_business_seconds) as total_first_response_business_seconds,
        count(first_response_business_seconds) as business_clock_answered_count,
        max(case when not is_answered then waited_calendar_seconds end) as oldest_wait_calendar_seconds
    from waits
    group by market, created_week
),

calendar_quantiles as (
    {{ censored_quantiles(
        'waits', ['market', 'created_week'], 'waited_calendar_seconds', 'is_answered', 'first_response_calendar_seconds'
    ) }}
),

business_quantiles as (
    {{ censored_quantiles(
        'waits', ['market', 'created_week'], 'waited_business_seconds', 'is_answered', 'first_response_business_seconds'
    ) }}
)

select
    counted.market,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.answered_count as bigint) as answered_count,
    cast(counted.contact_count - counted.answered_count as bigint) as unanswered_count,
    {{ ratio('counted.contact_count - counted.answered_count', 'counted.contact_count') }} as unanswered_ratio,
    cast(counted.answered_within_target_count as bigint) as answered_within_target_count,
    cast(counted.target_outcome_known_count as bigint) as target_outcome_known_count,
    {{ ratio('counted.answered_within_target_count', 'counted.target_outcome_known_count') }}
        as answered_within_target_ratio,
    cast(counted.oldest_wait_calendar_seconds as bigint) as oldest_wait_calendar_seconds,
    cast(counted.total_first_response_calendar_seconds as bigint) as total_first_response_calendar_seconds,
    {{ ratio('counted.total_first_response_calendar_seconds', 'counted.answered_count') }}
        as first_response_calendar_seconds_mean,
    cast(calendar_quantiles.first_response_calendar_seconds_median as bigint)
        as first_response_calendar_seconds_median,
    cast(calendar_quantiles.first_response_calendar_seconds_p90 as bigint) as first_response_calendar_seconds_p90,
    cast(counted.business_clock_answered_count as bigint) as business_clock_answered_count,
    cast(counted.total_first_response_business_seconds as bigint) as total_first_response_business_seconds,
    {{ ratio('counted.total_first_response_business_seconds', 'counted.business_clock_answered_count') }}
        as first_response_business_seconds_mean,
    cast(business_quantiles.first_response_business_seconds_median as bigint)
        as first_response_business_seconds_median,
    cast(business_quantiles.first_response_business_seconds_p90 as bigint) as first_response_business_seconds_p90,
    calendar_quantiles.is_first_response_calendar_seconds_median_at_least,
    calendar_quantiles.is_first_response_calendar_seconds_p90_at_least,
    business_quantiles.is_first_response_business_seconds_median_at_least,
    business_quantiles.is_first_response_business_seconds_p90_at_least,
    {{ add_days('counted.created_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.created_week
from counted
left outer join calendar_quantiles on counted.market = calendar_quantiles.market and counted.created_week = calendar_quantiles.created_week
left outer join business_quantiles on counted.market = business_quantiles.market and counted.created_week = business_quantiles.created_week
cross join horizons
