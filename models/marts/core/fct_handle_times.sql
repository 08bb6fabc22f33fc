with handle_times as (
    select * from {{ ref('int_handle_times_costed') }}
)

select
    handle_time_key,
    ticket_key,
    agent_key,
    source_name,
    provenance,
    handle_seconds as handle_calendar_seconds,
    caused_cost_usd,
    worked_date,
    started_at
from handle_times
