with ticket_changes as (
    select * from {{ ref('int_ticket_changes_classified') }}
)

select
    change_key,
    ticket_key,
    agent_key,
    source_name,
    field,
    old_value,
    new_value,
    changed_at
from ticket_changes
where exclusion_reason is null
