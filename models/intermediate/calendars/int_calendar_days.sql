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

open_days as (
    select
        calendar_key,
        utc_date,
        {%- for number in range(1, max_open_windows() + 1) %}
            max(case when window_number = {{ number }} then start_epoch end) as open_{{ number }}_start_epoch,
            max(case when window_number = {{ number }} then end_epoch end) as open_{{ number }}_end_epoch,
        {%- endfor %}
        sum(end_epoch - start_epoch) as open_seconds
    from windows
    group by calendar_key, utc_date
)

select
    calendar_dates.calendar_key,
    {%- for number in range(1, max_open_windows() + 1) %}
        open_days.open_{{ number }}_start_epoch,
        open_days.open_{{ number }}_end_epoch,
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
