-- The engine is asked for the offset at every UTC midnight, and for every minute only of the days in which it changes:
-- all offset changes since 1972 fall on whole minutes.
with calendar_hours as (
    select * from {{ ref('stg_contract__calendar_hours') }}
),

calendar_ranges as (
    select * from {{ ref('int_calendar_ranges') }}
),

known_zones as (
    select zone_names.time_zone from {{ known_time_zones() }} as zone_names
),

-- A name that the engine does not know would be an error: its calendar has no rows instead.
zones as (
    select distinct calendar_hours.time_zone
    from calendar_hours
    inner join known_zones
        on calendar_hours.time_zone = known_zones.time_zone
),

-- One more day, so that the last has an end.
dates as (
    select {{ each_date('first_date', add_days('last_date', 1)) }} as utc_date
    from calendar_ranges
),

minutes as (
    select {{ each_integer(0, 1439) }} as minute_of_day
),

midnights as (
    select
        zones.time_zone,
        dates.utc_date,
        {{ utc_offset_seconds('cast(dates.utc_date as timestamp)', 'zones.time_zone') }} as offset_seconds
    from zones
    cross join dates
),

days as (
    select
        time_zone,
        utc_date,
        offset_seconds,
        lead(offset_seconds) over (partition by time_zone order by utc_date nulls last) as next_offset_seconds
    from midnights
),

minute_offsets as (
    select
        days.time_zone,
        days.utc_date,
        minutes.minute_of_day,
        {{ utc_offset_seconds(
            add_minutes('cast(days.utc_date as timestamp)', 'minutes.minute_of_day'), 'days.time_zone'
        ) }} as offset_seconds
    from days
    cross join minutes
    where days.offset_seconds <> days.next_offset_seconds
),

-- The minutes of one offset on one day are one stretch: no zone leaves an offset and returns to it on the same day.
stretches as (
    select
        time_zone,
        utc_date,
        offset_seconds,
        60 * min(minute_of_day) as starts_second,
        60 * (max(minute_of_day) + 1) as ends_second
    from minute_offsets
    group by time_zone, utc_date, offset_seconds

    union all

    select
        time_zone,
        utc_date,
        offset_seconds,
        0 as starts_second,
        86400 as ends_second
    from days
    where offset_seconds = next_offset_seconds
)

select
    time_zone,
    offset_seconds,
    {{ add_seconds('cast(utc_date as timestamp)', 'starts_second') }} as starts_at,
    {{ add_seconds('cast(utc_date as timestamp)', 'ends_second') }} as ends_at
from stretches
