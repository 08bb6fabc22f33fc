with handle_times as (
    select * from {{ ref('stg_contract__handle_times') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
)

select
    handle_times.handle_time_key,
    handle_times.ticket_key,
    handle_times.agent_key,
    handle_times.source_name,
    handle_times.provenance,
    case
        when handle_times.handle_seconds < 0 then 'negative time'
        when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason
    end as exclusion_reason,
    handle_times.handle_seconds,
    handle_times.started_at
from handle_times
left outer join tickets on handle_times.ticket_key = tickets.ticket_key
