-- The weekly hours laid out over the calendar. The local date on which a window opens decides its weekday and its
-- version; what an overnight window holds of the next day belongs to the next day, whatever that day's own hours are.
with calendar_hours as (
    select * from {{ ref('stg_contract__calendar_hours') }}
),

calendar_ranges as (
    select * from {{ ref('int_calendar_ranges') }}
),

-- A local date may differ by one from the UTC date, and an overnight window began on the day before it.
dates as (
    select {{ each_date(add_days('first_date', -2), add_days('last_date', 1)) }} as local_date
    from calendar_ranges
),

weekdays as (
    select
        local_date,
        {{ iso_weekday('local_date') }} as iso_weekday
    from dates
),

hours as (
    select
        calendar_key,
        time_zone,
        iso_weekday,
        {{ local_time_seconds('opens_local_time') }} as open_second,
        {{ local_time_seconds('closes_local_time') }} as close_second,
        valid_from_date,
        valid_to_date
    from calendar_hours
),

openings as (
    select
        hours.calendar_key,
        hours.time_zone,
        hours.open_second,
        hours.close_second,
        weekdays.local_date
    from hours
    inner join weekdays
        on
            hours.iso_weekday = weekdays.iso_weekday
            and coalesce(hours.valid_from_date <= weekdays.local_date, true)
            and coalesce(hours.valid_to_date >= weekdays.local_date, true)
    where hours.open_second is not null and hours.close_second is not null
),

dated_openings as (
    select
        calendar_key,
        time_zone,
        open_second,
        case when close_second > open_second then close_second else 86400 end as close_second,
        local_date
    from openings

    union all

    select
        calendar_key,
        time_zone,
        0 as open_second,
        close_second,
        {{ add_days('local_date', 1) }} as local_date
    from openings
    where close_second <= open_second and close_second > 0
)

select
    calendar_key,
    time_zone,
    cast(open_second as bigint) as open_second,
    cast(close_second as bigint) as close_second,
    local_date
from dated_openings
where open_second < close_second
