-- Whose work was rated: who the survey names, else who had replied last before the answer, with the team of that moment.
-- Only where a source delivers no messages is it the assignee, who may change.
with csat_responses as (
    select * from {{ ref('int_csat_responses_classified') }}
    where exclusion_reason is null
),

contacts as (
    select * from {{ ref('int_contacts_measured') }}
),

replies as (
    select * from {{ ref('int_agent_replies') }}
),

team_spans as (
    select * from {{ ref('int_agent_team_spans') }}
),

rated as (
    select
        csat_responses.*,
        coalesce(
            csat_responses.named_agent_key,
            replies.agent_key,
            case when not contacts.has_message_history then contacts.agent_key end
        ) as agent_key,
        contacts.contact_reason,
        contacts.channel,
        case when contacts.is_answered then contacts.waited_calendar_seconds end as waited_calendar_seconds,
        coalesce(replies.replied_at, csat_responses.responded_at) as rated_at
    from csat_responses
    left outer join contacts on csat_responses.ticket_key = contacts.ticket_key
    left outer join replies
        on
            csat_responses.ticket_key = replies.ticket_key
            and csat_responses.responded_at >= replies.replied_at
            and (csat_responses.responded_at < replies.next_replied_at or replies.next_replied_at is null)
)

select
    rated.response_key,
    rated.invitation_key,
    rated.ticket_key,
    rated.customer_key,
    rated.agent_key,
    rated.source_name,
    rated.market,
    team_spans.team_name as agent_team_name,
    rated.scale,
    rated.score,
    rated.rating,
    rated.stated_reason,
    rated.contact_reason,
    rated.channel,
    rated.comment_themes,
    rated.comment_sentiment,
    rated.waited_calendar_seconds,
    rated.has_comment,
    rated.responded_at
from rated
left outer join team_spans
    on
        rated.agent_key = team_spans.agent_key
        and rated.rated_at >= team_spans.valid_from_at
        and (rated.rated_at < team_spans.valid_to_at or team_spans.valid_to_at is null)
