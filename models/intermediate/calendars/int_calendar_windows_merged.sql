-- Wall-clock openings become UTC windows: by the segments of their zone, so that an hour that comes twice is open
-- twice and an hour that never comes is not. Windows that touch or overlap are one.
with openings as (
    select * from {{ ref('int_calendar_openings_cleared') }}
),

segments as (
    select * from {{ ref('int_time_zone_segments') }}
),

windows as (
    select
        openings.calendar_key,
        segments.start_epoch
        + greatest(openings.open_second, segments.local_start_second) - segments.local_start_second as start_epoch,
        segments.start_epoch
        + least(openings.close_second, segments.local_end_second) - segments.local_start_second as end_epoch,
        segments.utc_date
    from openings
    inner join segments
        on
            openings.time_zone = segments.time_zone
            and openings.local_date = segments.local_date
            and openings.open_second < segments.local_end_second
            and openings.close_second > segments.local_start_second
),

reaches as (
    select
        calendar_key,
        start_epoch,
        end_epoch,
        max(end_epoch) over (
            partition by calendar_key, utc_date
            order by start_epoch nulls last, end_epoch nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_epoch,
        utc_date
    from windows
),

numbered as (
    select
        calendar_key,
        start_epoch,
        end_epoch,
        sum(case when start_epoch <= reached_epoch then 0 else 1 end) over (
            partition by calendar_key, utc_date
            order by start_epoch nulls last, end_epoch nulls last
            rows between unbounded preceding and current row
        ) as window_number,
        utc_date
    from reaches
)

select
    calendar_key,
    cast(window_number as bigint) as window_number,
    min(start_epoch) as start_epoch,
    max(end_epoch) as end_epoch,
    utc_date
from numbered
group by calendar_key, utc_date, window_number
