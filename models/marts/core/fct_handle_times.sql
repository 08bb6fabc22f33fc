with handle_times as (
    select * from {{ ref('int_handle_times_classified') }}
)

select
    handle_time_key,
    ticket_key,
    agent_key,
    source_name,
    provenance,
    handle_seconds as handle_calendar_seconds,
    started_at
from handle_times
where exclusion_reason is null
