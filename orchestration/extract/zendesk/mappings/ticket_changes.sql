-- Changes of status, assignee, group and priority; groups by their names. Who changed it is known where a person did.
with agents_named as (
    select
        id,
        user_hash
    from agents
    union all
    select distinct
        assignee_id as id,
        assignee_hash as user_hash
    from tickets
    where assignee_hash is not null
),

agents_known as (
    select
        user_hash,
        min(id) as agent_id
    from agents_named
    group by user_hash
)

select
    concat(ticket_changes.id, '-', ticket_changes.field) as change_id,
    ticket_changes.ticket_id,
    agents_known.agent_id,
    ticket_changes.field,
    coalesce(groups_before.name, ticket_changes.old_value) as old_value,
    coalesce(groups_after.name, ticket_changes.new_value) as new_value,
    ticket_changes.changed_at,
    case
        when ticket_changes.field = 'status' and ticket_changes.new_value = 'deleted' then 'the ticket was deleted'
        when ticket_changes.field = 'status' and ticket_changes.old_value = 'deleted' then 'the ticket was restored'
    end as _drop_reason,
    ticket_changes._row_id,
    ticket_changes._seen_at
from ticket_changes
left outer join agents_known on ticket_changes.updater_id = agents_known.user_hash
left outer join groups as groups_before
    on ticket_changes.field = 'team' and ticket_changes.old_value = groups_before.id
left outer join groups as groups_after
    on ticket_changes.field = 'team' and ticket_changes.new_value = groups_after.id
