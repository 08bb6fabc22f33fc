-- Who resolved a contact: the person who had replied last; where nobody had, who set the status; where a source tells neither,
-- the assignee. Un-assigning at or after the close moves nothing.
with state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
    where step = 'resolved'
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

replies as (
    select * from {{ ref('int_agent_replies') }}
),

ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
    where field = 'status' and agent_key is not null
),

team_spans as (
    select * from {{ ref('int_agent_team_spans') }}
),

setters as (
    select
        ticket_key,
        changed_at,
        max(agent_key) as agent_key
    from ticket_changes
    group by ticket_key, changed_at
),

telling_sources as (
    select distinct source_name from ticket_changes
),

closed as (
    select
        state_changes.ticket_key,
        coalesce(
            replies.agent_key,
            setters.agent_key,
            case when telling_sources.source_name is null then contacts.agent_key end
        ) as agent_key,
        {{ epoch_seconds('state_changes.changed_at') }} - {{ epoch_seconds('contacts.created_at') }}
            as resolution_calendar_seconds,
        state_changes.changed_at as resolved_at
    from state_changes
    inner join contacts on state_changes.ticket_key = contacts.ticket_key
    left outer join telling_sources on contacts.source_name = telling_sources.source_name
    left outer join replies
        on
            state_changes.ticket_key = replies.ticket_key
            and state_changes.changed_at >= replies.replied_at
            and (state_changes.changed_at < replies.next_replied_at or replies.next_replied_at is null)
    left outer join setters
        on state_changes.ticket_key = setters.ticket_key and state_changes.changed_at = setters.changed_at
)

select
    closed.ticket_key,
    closed.agent_key,
    team_spans.team_name as agent_team_name,
    cast(closed.resolution_calendar_seconds as bigint) as resolution_calendar_seconds,
    closed.resolved_at
from closed
left outer join team_spans
    on
        closed.agent_key = team_spans.agent_key
        and closed.resolved_at >= team_spans.valid_from_at
        and (closed.resolved_at < team_spans.valid_to_at or team_spans.valid_to_at is null)
