-- A holiday closes its local date in every zone in which the calendar opens on it: one, unless the hours change zone.
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

opening_dates as (
    select distinct
        calendar_key,
        time_zone,
        local_date
    from dated_openings
)

select
    opening_dates.calendar_key,
    opening_dates.time_zone,
    cast(closures.from_second as bigint) as from_second,
    cast(closures.to_second as bigint) as to_second,
    opening_dates.local_date
from opening_dates
inner join closures
    on
        opening_dates.calendar_key = closures.calendar_key
        and opening_dates.local_date = closures.local_date
where closures.from_second < closures.to_second
