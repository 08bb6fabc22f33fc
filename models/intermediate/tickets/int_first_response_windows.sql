-- A median of medians is none: the median of four weeks and of half a year is told anew from the waits, for each of the latest
-- 26 weeks.
with waits as (
    select * from {{ ref('int_first_response_waits') }}
),

horizons as (
    select {{ week_of('first_incomplete_date') }} as current_week
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

windows as (
    select 4 as window_weeks
    union all
    select 26 as window_weeks
),

weeks as (
    select distinct waits.created_week as last_week
    from waits
    inner join horizons on waits.created_week >= {{ add_days('horizons.current_week', -182) }}
),

spread as (
    select
        windows.window_weeks,
        weeks.last_week,
        waits.waited_calendar_seconds,
        waits.is_answered
    from weeks
    cross join windows
    inner join waits
        on
            weeks.last_week >= waits.created_week
            and {{ add_days('weeks.last_week', '-7 * windows.window_weeks') }} < waits.created_week
),

quantiles as (
    {{ censored_quantiles(
        'spread', ['window_weeks', 'last_week'], 'waited_calendar_seconds', 'is_answered', 'first_response_calendar_seconds'
    ) }}
)

select
    window_weeks,
    first_response_calendar_seconds_median,
    is_first_response_calendar_seconds_median_at_least,
    last_week
from quantiles
