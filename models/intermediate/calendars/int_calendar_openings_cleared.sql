-- A sweep over the moments of a local date at which something opens, closes or is closed for a holiday: between two
-- moments the calendar is open when at least one window is open and no closure is on.
with dated_openings as (
    select * from {{ ref('int_calendar_openings_dated') }}
),

holidays as (
    select * from {{ ref('stg_contract__calendar_holidays') }}
),

closures as (
    select
        calendar_key,
        case when closed_from_local_time is null then 0 else {{ local_time_seconds('closed_from_local_time') }} end
            as from_second,
        case when closed_to_local_time is null then 86400 else {{ local_time_seconds('closed_to_local_time') }} end
            as to_second,
        holiday_date as local_date
    from holidays
),

-- A holiday is a local date of every zone in which the calendar has hours (one, unless its zone changed).
opening_dates as (
    select distinct
        calendar_key,
        time_zone,
        local_date
    from dated_openings
),

zoned_closures as (
    select
        opening_dates.calendar_key,
        opening_dates.time_zone,
        closures.from_second,
        closures.to_second,
        opening_dates.local_date
    from opening_dates
    inner join closures
        on
            opening_dates.calendar_key = closures.calendar_key
            and opening_dates.local_date = closures.local_date
    where closures.from_second < closures.to_second
),

moments as (
    select calendar_key, time_zone, local_date, open_second as moment_second, 1 as open_step, 0 as closure_step
    from dated_openings
    union all
    select calendar_key, time_zone, local_date, close_second as moment_second, -1 as open_step, 0 as closure_step
    from dated_openings
    union all
    select calendar_key, time_zone, local_date, from_second as moment_second, 0 as open_step, 1 as closure_step
    from zoned_closures
    union all
    select calendar_key, time_zone, local_date, to_second as moment_second, 0 as open_step, -1 as closure_step
    from zoned_closures
),

steps as (
    select calendar_key, time_zone, local_date, moment_second, sum(open_step) as open_step, sum(closure_step) as closure_step
    from moments
    group by calendar_key, time_zone, local_date, moment_second
),

states as (
    select
        calendar_key,
        time_zone,
        local_date,
        moment_second as open_second,
        lead(moment_second) over sweep as close_second,
        sum(open_step) over sweep as open_count,
        sum(closure_step) over sweep as closure_count
    from steps
    window sweep as (partition by calendar_key, time_zone, local_date order by moment_second nulls last)
)

select
    calendar_key,
    time_zone,
    open_second,
    close_second,
    local_date
from states
where open_count > 0 and closure_count = 0
