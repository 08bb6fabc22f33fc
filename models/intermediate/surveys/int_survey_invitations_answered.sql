with invitations as (
    select * from {{ ref('stg_contract__survey_invitations') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

csat_responses as (
    select * from {{ ref('int_csat_responses_classified') }}
),

ces_responses as (
    select * from {{ ref('int_ces_responses_classified') }}
),

-- Answers may come from another source than offers, and later: nobody knows of those that it has not delivered yet.
horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'csat_responses'
),

-- An answer that a later one replaced still counts once, with the rating that replaced it; it tells when the first one came.
answers as (
    select
        invitation_key,
        ticket_key,
        'csat' as survey_type,
        case when exclusion_reason is null then rating end as rating,
        cast(null as varchar) as scale,
        cast(null as boolean) as is_easy,
        responded_at
    from csat_responses
    where exclusion_reason is null or exclusion_reason = 'a later response rates the same ticket'
    union all
    select
        invitation_key,
        ticket_key,
        'ces' as survey_type,
        cast(null as varchar) as rating,
        scale,
        is_easy,
        cast(null as timestamp) as responded_at
    from ces_responses
    where exclusion_reason is null
),

-- Answers that name no invitation belong to the one about their ticket.
matched as (
    select
        coalesce(answers.invitation_key, invitations.invitation_key) as invitation_key,
        answers.rating,
        answers.scale,
        answers.is_easy,
        answers.responded_at
    from answers
    left outer join invitations
        on
            answers.invitation_key is null
            and answers.ticket_key = invitations.ticket_key
            and answers.survey_type = invitations.survey_type
),

ratings as (
    select
        invitation_key,
        max(rating) as rating,
        max(scale) as scale,
        max(case when is_easy then 1 when not is_easy then 0 end) as easy_rank,
        case when max(rating) is not null then min(responded_at) end as first_responded_at,
        case when max(rating) is not null then max(responded_at) end as last_responded_at
    from matched
    where invitation_key is not null
    group by invitation_key
)

select
    invitations.invitation_key,
    invitations.ticket_key,
    invitations.customer_key,
    invitations.source_name,
    invitations.survey_type,
    coalesce(tickets.market, 'unknown') as market,
    ratings.rating as csat_rating,
    -- An unanswered offer has a scale only where its source says so.
    case when invitations.survey_type = 'ces' then coalesce(lower(trim(invitations.scale)), ratings.scale, 'unknown') end
        as scale,
    case when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason end
        as exclusion_reason,
    {{ seconds_until('ratings.first_responded_at', 'invitations.offered_at') }} as first_rating_calendar_seconds,
    {{ seconds_until('ratings.last_responded_at', 'invitations.offered_at') }} as last_rating_calendar_seconds,
    {{ seconds_until('horizons.complete_through_at', 'invitations.offered_at') }} as watched_calendar_seconds,
    ratings.rating is not null as has_csat_rating,
    ratings.easy_rank is not null as has_ces_response,
    ratings.easy_rank = 1 as is_ces_easy,
    invitations.offered_at
from invitations
left outer join tickets on invitations.ticket_key = tickets.ticket_key
left outer join ratings on invitations.invitation_key = ratings.invitation_key
left outer join horizons on horizons.entity_name = 'csat_responses'
