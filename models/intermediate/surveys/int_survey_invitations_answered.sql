with invitations as (
    select * from {{ ref('stg_contract__survey_invitations') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

csat_responses as (
    select * from {{ ref('int_csat_responses_classified') }}
),

replies as (
    select * from {{ ref('int_agent_replies') }}
),

-- An answer that a later one replaced still counts once, with the rating that replaced it.
answers as (
    select
        coalesce(csat_responses.invitation_key, invitations.invitation_key) as invitation_key,
        csat_responses.rating
    from csat_responses
    left outer join invitations
        on
            csat_responses.invitation_key is null
            and csat_responses.ticket_key = invitations.ticket_key
            and invitations.survey_type = 'csat'
    where csat_responses.exclusion_reason is null
),

ratings as (
    select
        invitation_key,
        max(rating) as rating
    from answers
    where invitation_key is not null
    group by invitation_key
)

select
    invitations.invitation_key,
    invitations.ticket_key,
    invitations.customer_key,
    replies.agent_key,
    invitations.source_name,
    invitations.survey_type,
    coalesce(tickets.market, 'unknown') as market,
    replies.agent_team_name,
    ratings.rating as csat_rating,
    case when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason end
        as exclusion_reason,
    ratings.rating is not null as has_csat_rating,
    invitations.offered_at
from invitations
left outer join tickets on invitations.ticket_key = tickets.ticket_key
left outer join ratings on invitations.invitation_key = ratings.invitation_key
left outer join replies
    on
        invitations.ticket_key = replies.ticket_key
        and invitations.offered_at >= replies.replied_at
        and (invitations.offered_at < replies.next_replied_at or replies.next_replied_at is null)
