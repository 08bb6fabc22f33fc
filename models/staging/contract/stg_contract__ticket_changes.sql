with source as (
    select * from {{ source('contract', 'ticket_changes') }}
),

renamed as (
    select
        change_key,
        source_name,
        change_id,
        ticket_id,
        ticket_key,
        agent_id,
        agent_key,
        field,
        old_value,
        new_value,
        changed_at
    from source
)

select
    change_key,
    source_name,
    change_id,
    ticket_id,
    ticket_key,
    agent_id,
    agent_key,
    field,
    old_value,
    new_value,
    changed_at
from renamed
