-- Opened, resolved, reopened: a ticket's life as alternating steps. Sources without changes give at most one resolution.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
    where field = 'status'
),

change_sources as (
    select distinct source_name from ticket_changes
),

steps as (
    select
        ticket_key,
        created_at as changed_at,
        '' as step_key,
        true as is_open
    from contacts
    union all
    select
        contacts.ticket_key,
        -- A ticket is not solved before it exists; a status that came with its creation is of that instant.
        greatest(ticket_changes.changed_at, contacts.created_at) as changed_at,
        ticket_changes.change_key as step_key,
        ticket_changes.new_value not in ('solved', 'closed') as is_open
    from contacts
    inner join ticket_changes on contacts.ticket_key = ticket_changes.ticket_key
    where ticket_changes.new_value is not null
    union all
    select
        contacts.ticket_key,
        greatest(contacts.solved_at, contacts.created_at) as changed_at,
        'solved' as step_key,
        false as is_open
    from contacts
    left outer join change_sources on contacts.source_name = change_sources.source_name
    where contacts.solved_at is not null and change_sources.source_name is null
),

compared as (
    select
        *,
        lag(is_open) over (
            partition by ticket_key order by changed_at asc nulls last, step_key asc nulls last
        ) as was_open
    from steps
)

select
    ticket_key,
    case when was_open is null then 'created' when is_open then 'reopened' else 'resolved' end as step,
    changed_at
from compared
where was_open is null or was_open <> is_open
