-- A customer waits from a message that finds no unanswered one before it until a person's public reply, or until the ticket is
-- resolved without one; what is said after the last resolution, and reopens nothing, waits for nobody.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
),

state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
),

resolutions as (
    select * from {{ ref('int_resolutions') }}
),

-- Of one instant: what is asked comes before its answer, and the answer before the resolution.
steps as (
    select
        ticket_key,
        message_key as step_key,
        agent_key,
        case when author_role = 'customer' then 'request' else 'reply' end as step,
        case when author_role = 'customer' then 1 else 2 end as step_rank,
        sent_at as happened_at
    from ticket_messages
    where is_public and not is_automatic and author_role in ('customer', 'agent')
    union all
    select
        ticket_key,
        '' as step_key,
        cast(null as varchar) as agent_key,
        'resolution' as step,
        3 as step_rank,
        changed_at as happened_at
    from state_changes
    where step = 'resolved'
),

compared as (
    select
        *,
        lag(step) over (
            partition by ticket_key
            order by happened_at asc nulls last, step_rank asc nulls last, step_key asc nulls last
        ) as previous_step
    from steps
),

paired as (
    select
        *,
        lead(step) over (
            partition by ticket_key
            order by happened_at asc nulls last, step_rank asc nulls last, step_key asc nulls last
        ) as ending_step,
        lead(agent_key) over (
            partition by ticket_key
            order by happened_at asc nulls last, step_rank asc nulls last, step_key asc nulls last
        ) as ending_agent_key,
        lead(happened_at) over (
            partition by ticket_key
            order by happened_at asc nulls last, step_rank asc nulls last, step_key asc nulls last
        ) as ended_at
    from compared
    where step <> 'request' or previous_step is null or previous_step <> 'request'
)

select
    paired.ticket_key,
    paired.step_key as message_key,
    case when paired.ending_step = 'reply' then paired.ending_agent_key end as agent_key,
    contacts.calendar_key,
    row_number() over (
        partition by paired.ticket_key order by paired.happened_at asc nulls last, paired.step_key asc nulls last
    ) as wait_number,
    coalesce(paired.ending_step = 'reply', false) as is_answered,
    coalesce(paired.ending_step = 'resolution', false) as is_resolved_without_answer,
    paired.happened_at as waiting_from_at,
    coalesce(paired.ended_at, contacts.complete_through_at) as waiting_until_at
from paired
inner join contacts on paired.ticket_key = contacts.ticket_key
left outer join resolutions on paired.ticket_key = resolutions.ticket_key
where
    paired.step = 'request'
    and not (paired.ended_at is null and coalesce(paired.happened_at >= resolutions.resolved_at, false))
