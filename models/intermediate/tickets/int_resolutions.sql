with contacts as (
    select * from {{ ref('int_contacts') }}
),

state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
),

steps as (
    select
        ticket_key,
        min(case when step = 'resolved' then changed_at end) as first_resolved_at,
        max(case when step = 'resolved' then changed_at end) as last_resolved_at,
        min(case when step = 'reopened' then changed_at end) as first_reopened_at,
        sum(case when step = 'reopened' then 1 else 0 end) as reopen_count,
        sum(case when step = 'resolved' then 1 else 0 end) as resolve_count
    from state_changes
    group by ticket_key
)

select
    contacts.ticket_key,
    coalesce(steps.reopen_count, 0) as reopen_count,
    coalesce(steps.resolve_count > steps.reopen_count, false) as is_resolved,
    steps.first_resolved_at,
    steps.first_reopened_at,
    case when steps.resolve_count > steps.reopen_count then steps.last_resolved_at end as resolved_at,
    case
        when steps.resolve_count > steps.reopen_count then steps.last_resolved_at
        else contacts.complete_through_at
    end as open_until_at
from contacts
left outer join steps on contacts.ticket_key = steps.ticket_key
