with tickets as (
    select * from {{ ref('fct_tickets') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

counted as (
    select
        created_week,
        count(*) as contact_count,
        sum(case when is_resolved then 1 else 0 end) as resolved_count,
        sum(case when reopen_count > 0 then 1 else 0 end) as reopened_contact_count,
        count(first_resolved_at) as ever_resolved_count,
        sum(reopen_count) as reopen_count,
        sum(resolution_calendar_seconds) as total_resolution_calendar_seconds
    from tickets
    group by created_week
),

calendar_quantiles as (
    {{ censored_quantiles('tickets', ['created_week'], 'open_calendar_seconds', 'is_resolved', 'resolution_calendar_seconds') }}
),

business_quantiles as (
    {{ censored_quantiles('tickets', ['created_week'], 'open_business_seconds', 'is_resolved', 'resolution_business_seconds') }}
)

select
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.resolved_count as bigint) as resolved_count,
    cast(counted.contact_count - counted.resolved_count as bigint) as unresolved_count,
    cast(counted.ever_resolved_count as bigint) as ever_resolved_count,
    cast(counted.reopened_contact_count as bigint) as reopened_contact_count,
    {{ ratio('counted.reopened_contact_count', 'counted.ever_resolved_count') }} as reopened_contact_ratio,
    cast(counted.reopen_count as bigint) as reopen_count,
    cast(counted.total_resolution_calendar_seconds as bigint) as total_resolution_calendar_seconds,
    {{ ratio('counted.total_resolution_calendar_seconds', 'counted.resolved_count') }}
        as resolution_calendar_seconds_mean,
    cast(calendar_quantiles.resolution_calendar_seconds_median as bigint) as resolution_calendar_seconds_median,
    cast(calendar_quantiles.resolution_calendar_seconds_p90 as bigint) as resolution_calendar_seconds_p90,
    cast(business_quantiles.resolution_business_seconds_median as bigint) as resolution_business_seconds_median,
    cast(business_quantiles.resolution_business_seconds_p90 as bigint) as resolution_business_seconds_p90,
    calendar_quantiles.is_resolution_calendar_seconds_median_at_least,
    calendar_quantiles.is_resolution_calendar_seconds_p90_at_least,
    business_quantiles.is_resolution_business_seconds_median_at_least,
    business_quantiles.is_resolution_business_seconds_p90_at_least,
    {{ add_days('counted.created_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.created_week
from counted
left outer join calendar_quantiles on counted.created_week = calendar_quantiles.created_week
left outer join business_quantiles on counted.created_week = business_quantiles.created_week
cross join horizons
