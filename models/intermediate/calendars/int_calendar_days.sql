with calendar_hours as (
    select * from {{ ref('stg_contract__calendar_hours') }}
),

calendar_ranges as (
    select * from {{ ref('int_calendar_ranges') }}
),

time_zone_offsets as (
    select * from {{ ref('int_time_zone_offsets') }}
),

windows as (
    select * from {{ ref('int_calendar_windows_merged') }}
),

dates as (
    select {{ each_date('first_date', 'last_date') }} as utc_date
    from calendar_ranges
),

-- A calendar in a zone that the engine does not know has no rows, so that its clock reads null and not 0.
known_zones as (
    select distinct time_zone from time_zone_offsets
),

calendars as (
    select distinct calendar_hours.calendar_key
    from calendar_hours
    inner join known_zones
        on calendar_hours.time_zone = known_zones.time_zone
),

calendar_dates as (
    select
        calendars.calendar_key,
        dates.utc_date
    from calendars
    cross join dates
),

day_windows as (
    select
        calendar_key,
        window_number,
        start_epoch - {{ epoch_seconds('cast(utc_date as timestamp)') }} as start_second,
        end_epoch - {{ epoch_seconds('cast(utc_date as timestamp)') }} as end_second,
        utc_date
    from windows
),

open_days as (
    select
        calendar_key,
        {%- for number in range(1, max_open_windows() + 1) %}
            max(case when window_number = {{ number }} then start_second end) as open_{{ number }}_start_second,
            max(case when window_number = {{ number }} then end_second end) as open_{{ number }}_end_second,
        {%- endfor %}
        sum(end_second - start_second) as open_seconds,
        utc_date
    from day_windows
    group by calendar_key, utc_date
)

-- A window that the day does not have is an empty one at its end: no null to look at in the clock's inner loop.
select
    calendar_dates.calendar_key,
    {%- for number in range(1, max_open_windows() + 1) %}
        cast(coalesce(open_days.open_{{ number }}_start_second, 86400) as integer) as open_{{ number }}_start_second,
        cast(coalesce(open_days.open_{{ number }}_end_second, 86400) as integer) as open_{{ number }}_end_second,
    {%- endfor %}
    cast(coalesce(open_days.open_seconds, 0) as bigint) as open_seconds,
    cast(coalesce(sum(open_days.open_seconds) over (
        partition by calendar_dates.calendar_key
        order by calendar_dates.utc_date nulls last
        rows between unbounded preceding and 1 preceding
    ), 0) as bigint) as open_seconds_before_day,
    calendar_dates.utc_date
from calendar_dates
left outer join open_days
    on
        calendar_dates.calendar_key = open_days.calendar_key
        and calendar_dates.utc_date = open_days.utc_date
