{{ config(meta={'dagster': {'ref': {'name': 'int_calendar_days'}}}) }}
-- A row here is a calendar's day that is missing or doubled, holds impossible windows, or whose running total does not
-- continue the day before: elapsed business time across it would be wrong.
with calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

neighbours as (
    select
        calendar_key,
        open_seconds,
        open_seconds_before_day,
        utc_date,
        {{ epoch_seconds('cast(utc_date as timestamp)') }} as day_epoch,
        {%- for number in range(1, max_open_windows() + 1) %}
            coalesce(open_{{ number }}_end_epoch - open_{{ number }}_start_epoch, 0){{ ' +' if not loop.last }}
        {%- endfor %} as window_seconds,
        open_1_start_epoch as first_epoch,
        greatest(
            {%- for number in range(1, max_open_windows() + 1) %}
                open_{{ number }}_end_epoch{{ ',' if not loop.last }}
            {%- endfor %}
        ) as last_epoch,
        lag(open_seconds_before_day + open_seconds) over (
            partition by calendar_key order by utc_date nulls last
        ) as carried_seconds,
        lag(utc_date) over (partition by calendar_key order by utc_date nulls last) as previous_date
    from calendar_days
)

select
    calendar_key,
    utc_date
from neighbours
where
    open_seconds <> window_seconds
    or open_seconds not between 0 and 86400
    or first_epoch < day_epoch
    or last_epoch > day_epoch + 86400
    or open_seconds_before_day <> coalesce(carried_seconds, 0)
    or utc_date <> {{ add_days('previous_date', 1) }}
