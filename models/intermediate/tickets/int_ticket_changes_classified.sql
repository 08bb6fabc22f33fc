with ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
)

select
    ticket_changes.change_key,
    ticket_changes.ticket_key,
    ticket_changes.agent_key,
    ticket_changes.source_name,
    ticket_changes.field,
    ticket_changes.old_value,
    ticket_changes.new_value,
    case when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason end
        as exclusion_reason,
    ticket_changes.changed_at
from ticket_changes
left outer join tickets on ticket_changes.ticket_key = tickets.ticket_key
