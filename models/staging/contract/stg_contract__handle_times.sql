with source as (
    select * from {{ source('contract', 'handle_times') }}
),

renamed as (
    select
        handle_time_key,
        source_name,
        handle_time_id,
        ticket_id,
        ticket_key,
        agent_id,
        agent_key,
        provenance,
        handle_seconds,
        started_at
    from source
)

select
    handle_time_key,
    source_name,
    handle_time_id,
    ticket_id,
    ticket_key,
    agent_id,
    agent_key,
    provenance,
    handle_seconds,
    started_at
from renamed
