-- The windows of each active weekday. The vendor writes the end of a day as 23:59.
with weekdays as (
    select
        named.iso_weekday,
        named.weekday
    from (values (1, 'mon'), (2, 'tue'), (3, 'wed'), (4, 'thu'), (5, 'fri'), (6, 'sat'), (7, 'sun'))
        as named (iso_weekday, weekday)
),

days as (
    select
        calendars.id,
        calendars.timezone,
        calendars._row_id,
        calendars._seen_at,
        weekdays.iso_weekday,
        json_extract(calendars.business_hours, concat('$.', weekdays.weekday)) as hours
    from calendars
    cross join weekdays
),

windows as (
    select
        *,
        unnest(from_json(json_extract(hours, '$.timeframes'), '[["varchar"]]')) as timeframe
    from days
    where json_extract_string(hours, '$.active') = 'true'
),

opened as (
    select
        *,
        row_number() over (partition by id order by iso_weekday, timeframe[1]) as window_number
    from windows
    where timeframe[1] is not null and timeframe[2] is not null
)

select
    id as calendar_id,
    timezone as time_zone,
    timeframe[1] as opens_local_time,
    case when timeframe[2] = '23:59' then '24:00' else timeframe[2] end as closes_local_time,
    iso_weekday,
    -- One calendar is one raw row, however many windows it has.
    case when window_number = 1 then 1 else 0 end as _source_row_count,
    null as _drop_reason,
    _row_id,
    _seen_at
from opened
union all
select
    calendars.id as calendar_id,
    calendars.timezone as time_zone,
    null as opens_local_time,
    null as closes_local_time,
    null as iso_weekday,
    1 as _source_row_count,
    'the calendar never opens' as _drop_reason,
    calendars._row_id,
    calendars._seen_at
from calendars
anti join opened on calendars.id = opened.id
