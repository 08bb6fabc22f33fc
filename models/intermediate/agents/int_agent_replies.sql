-- Who is answerable for what follows a reply: the person who wrote it, with the team of that moment, until the next reply.
-- The ticket's assignee plays no part, so that assigning or un-assigning afterwards moves nothing.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
    where author_role = 'agent' and is_public and not is_automatic
),

team_spans as (
    select * from {{ ref('int_agent_team_spans') }}
),

ordered as (
    select
        ticket_messages.message_key,
        ticket_messages.ticket_key,
        ticket_messages.agent_key,
        ticket_messages.sent_at,
        lead(ticket_messages.sent_at) over (
            partition by ticket_messages.ticket_key
            order by ticket_messages.sent_at asc nulls last, ticket_messages.message_key asc nulls last
        ) as next_replied_at
    from ticket_messages
    inner join contacts on ticket_messages.ticket_key = contacts.ticket_key
)

select
    ordered.message_key,
    ordered.ticket_key,
    ordered.agent_key,
    team_spans.team_name as agent_team_name,
    team_spans.role as agent_role,
    ordered.sent_at as replied_at,
    ordered.next_replied_at
from ordered
left outer join team_spans
    on
        ordered.agent_key = team_spans.agent_key
        and ordered.sent_at >= team_spans.valid_from_at
        and (ordered.sent_at < team_spans.valid_to_at or team_spans.valid_to_at is null)
