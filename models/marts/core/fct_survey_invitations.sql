with invitations as (
    select * from {{ ref('int_survey_invitations_answered') }}
)

select
    invitation_key,
    ticket_key,
    customer_key,
    source_name,
    survey_type,
    market,
    csat_rating,
    has_csat_rating,
    {{ reporting_date('offered_at') }} as offered_date,
    offered_at
from invitations
where exclusion_reason is null
