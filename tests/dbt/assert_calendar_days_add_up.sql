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
        {%- for number in range(1, max_open_windows() + 1) %}
            open_{{ number }}_end_second - open_{{ number }}_start_second{{ ' +' if not loop.last }}
        {%- endfor %} as window_seconds,
        {%- for number in range(1, max_open_windows()) %}
            open_{{ number }}_end_second > open_{{ number + 1 }}_start_second or
        {%- endfor %}
        open_1_start_second < 0 or open_{{ max_open_windows() }}_end_second > 86400 as is_disordered,
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
    or is_disordered
    or open_seconds_before_day <> coalesce(carried_seconds, 0)
    or utc_date <> {{ add_days('previous_date', 1) }}
