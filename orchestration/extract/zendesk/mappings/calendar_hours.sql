-- Intervals count minutes from Sunday 00:00 local time. Each version of a schedule holds until the day before the next one.
with versions as (
    select
        schedule_id,
        valid_from_date,
        max(cast(version_number as integer)) as version_number
    from schedule_intervals
    group by schedule_id, valid_from_date
),

spans as (
    select
        *,
        lead(valid_from_date) over (partition by schedule_id order by coalesce(valid_from_date, '')) as next_from_date
    from versions
),

intervals as (
    select
        schedule_intervals.*,
        spans.next_from_date,
        cast(schedule_intervals.version_number as integer) < spans.version_number as is_replaced,
        cast(schedule_intervals.start_minute as integer) as opens,
        cast(schedule_intervals.end_minute as integer) as closes
    from schedule_intervals
    inner join spans
        on
            schedule_intervals.schedule_id = spans.schedule_id
            and schedule_intervals.valid_from_date is not distinct from spans.valid_from_date
),

-- More than a day in one piece becomes a piece per day.
pieces as (
    select
        *,
        unnest(
            case
                when closes - opens > 1440 then range(opens // 1440, (closes + 1439) // 1440)
                else [opens // 1440]
            end
        ) as day_number
    from intervals
),

windows as (
    select
        *,
        greatest(opens, day_number * 1440) as opens_minute,
        case when closes - opens > 1440 then least(closes, (day_number + 1) * 1440) else closes end as closes_minute
    from pieces
)

select
    schedule_id as calendar_id,
    time_zone,
    format('{:02d}:{:02d}', opens_minute % 1440 // 60, opens_minute % 60) as opens_local_time,
    case
        when closes_minute % 1440 = 0 then '24:00'
        else format('{:02d}:{:02d}', closes_minute % 1440 // 60, closes_minute % 60)
    end as closes_local_time,
    case when day_number % 7 = 0 then 7 else day_number % 7 end as iso_weekday,
    valid_from_date,
    cast(cast(next_from_date as date) - 1 as varchar) as valid_to_date,
    case
        when opens is null then 'the schedule was never open'
        when is_replaced then 'replaced on the day it began'
    end as _drop_reason,
    -- The pieces of one interval are one row of raw.
    case when opens is null or day_number = opens // 1440 then 1 else 0 end as _source_row_count,
    _row_id,
    _seen_at
from windows
