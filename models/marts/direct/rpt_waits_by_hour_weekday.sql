-- The weekday and hour at which the customer began to wait, over the latest weeks that are complete. Hours are those of the
-- reporting time zone, not of the customer. Thirteen weeks are a quarter: each cell then holds thirteen days' contacts.
with waits as (
    select * from {{ ref('int_first_response_waits') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

horizons as (
    select
        {{ add_days(week_of('first_incomplete_date'), -1) }} as last_created_date,
        {{ add_days(week_of('first_incomplete_date'), -91) }} as first_created_date
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

local_waits as (
    select
        waits.waited_calendar_seconds,
        waits.is_answered,
        horizons.first_created_date,
        horizons.last_created_date,
        {{ utc_to_local('tickets.waiting_from_at', "'" ~ var('reporting_time_zone') ~ "'") }} as waiting_from_local
    from waits
    inner join tickets on waits.ticket_key = tickets.ticket_key
    inner join horizons on waits.created_date between horizons.first_created_date and horizons.last_created_date
),

hourly_waits as (
    select
        waited_calendar_seconds,
        is_answered,
        first_created_date,
        last_created_date,
        {{ iso_weekday('waiting_from_local') }} as reporting_local_weekday,
        cast(extract(hour from waiting_from_local) as integer) as reporting_local_hour
    from local_waits
),

counted as (
    select
        reporting_local_weekday,
        reporting_local_hour,
        first_created_date,
        last_created_date,
        count(*) as contact_count,
        sum(case when is_answered then 1 else 0 end) as answered_count
    from hourly_waits
    group by reporting_local_weekday, reporting_local_hour, first_created_date, last_created_date
),

quantiles as (
    {{ censored_quantiles(
        'hourly_waits', ['reporting_local_weekday', 'reporting_local_hour'],
        'waited_calendar_seconds', 'is_answered', 'first_response_calendar_seconds'
    ) }}
)

select
    cast(counted.reporting_local_weekday as integer) as reporting_local_weekday,
    cast(counted.reporting_local_hour as integer) as reporting_local_hour,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.answered_count as bigint) as answered_count,
    cast(quantiles.first_response_calendar_seconds_median as bigint) as first_response_calendar_seconds_median,
    cast(quantiles.first_response_calendar_seconds_p90 as bigint) as first_response_calendar_seconds_p90,
    quantiles.is_first_response_calendar_seconds_median_at_least,
    quantiles.is_first_response_calendar_seconds_p90_at_least,
    counted.first_created_date,
    counted.last_created_date
from counted
left outer join quantiles
    on
        counted.reporting_local_weekday = quantiles.reporting_local_weekday
        and counted.reporting_local_hour = quantiles.reporting_local_hour
