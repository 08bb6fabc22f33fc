-- To be put back into the queue is no hand-off; to be taken up by somebody else afterwards is one.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
    where field in ('assignee', 'team') and new_value is not null
),

change_sources as (
    select distinct source_name from ticket_changes
),

compared as (
    select
        ticket_key,
        field,
        new_value,
        lag(new_value) over (
            partition by ticket_key, field order by changed_at asc nulls last, change_key asc nulls last
        ) as previous_value
    from ticket_changes
),

handed as (
    select
        ticket_key,
        sum(case when field = 'assignee' and previous_value <> new_value then 1 else 0 end) as hand_off_count,
        sum(case when field = 'team' and previous_value <> new_value then 1 else 0 end) as escalation_count
    from compared
    group by ticket_key
)

select
    contacts.ticket_key,
    coalesce(handed.hand_off_count, 0) as hand_off_count,
    coalesce(handed.escalation_count, 0) as escalation_count
from contacts
inner join change_sources on contacts.source_name = change_sources.source_name
left outer join handed on contacts.ticket_key = handed.ticket_key
