{{ config(meta={'dagster': {'ref': {'name': 'int_calendar_windows_merged'}}}) }}
-- A row here is an open window that int_calendar_days has no room for: its seconds would be missing from the business
-- clock of every ticket of that calendar. Raise max_open_windows() in macros/clock.sql.
select
    calendar_key,
    window_number,
    utc_date
from {{ ref('int_calendar_windows_merged') }}
where window_number > {{ max_open_windows() }}
