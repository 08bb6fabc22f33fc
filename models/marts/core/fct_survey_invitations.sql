with invitations as (
    select * from {{ ref('int_survey_invitations_answered') }}
)

select
    invitation_key,
    ticket_key,
    customer_key,
    agent_key,
    source_name,
    survey_type,
    market,
    agent_team_name,
    csat_rating,
    scale,
    has_csat_rating,
    has_ces_response,
    is_ces_easy,
    {{ reporting_date('offered_at') }} as offered_date,
    offered_at
from invitations
where exclusion_reason is null
