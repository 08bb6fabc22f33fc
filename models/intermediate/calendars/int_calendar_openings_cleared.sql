-- A sweep over the moments of a local date at which a window or a closure begins or ends: between two moments the
-- calendar is open when at least one window is on and no closure is.
with openings as (
    select * from {{ ref('int_calendar_openings_dated') }}
),

closures as (
    select * from {{ ref('int_calendar_closures_dated') }}
),

spans as (
    select
        calendar_key,
        time_zone,
        open_second as start_second,
        close_second as end_second,
        1 as open_step,
        0 as closure_step,
        local_date
    from openings

    union all

    select
        calendar_key,
        time_zone,
        from_second as start_second,
        to_second as end_second,
        0 as open_step,
        1 as closure_step,
        local_date
    from closures
),

moments as (
    select
        calendar_key,
        time_zone,
        start_second as moment_second,
        open_step,
        closure_step,
        local_date
    from spans

    union all

    select
        calendar_key,
        time_zone,
        end_second as moment_second,
        -open_step as open_step,
        -closure_step as closure_step,
        local_date
    from spans
),

steps as (
    select
        calendar_key,
        time_zone,
        moment_second,
        sum(open_step) as open_step,
        sum(closure_step) as closure_step,
        local_date
    from moments
    group by calendar_key, time_zone, local_date, moment_second
),

states as (
    select
        calendar_key,
        time_zone,
        moment_second as open_second,
        lead(moment_second) over sweep as close_second,
        sum(open_step) over sweep as open_count,
        sum(closure_step) over sweep as closure_count,
        local_date
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
