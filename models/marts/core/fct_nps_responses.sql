with nps_responses as (
    select * from {{ ref('int_nps_responses_classified') }}
)

select
    response_key,
    invitation_key,
    customer_key,
    source_name,
    market,
    case when nps_response_score >= 9 then 'promoter' when nps_response_score >= 7 then 'passive' else 'detractor' end
        as nps_group,
    comment_themes,
    comment_sentiment,
    cast(nps_response_score as integer) as nps_response_score,
    has_comment,
    has_recent_contact,
    has_open_contact,
    {{ reporting_date('responded_at') }} as responded_date,
    responded_quarter,
    responded_at
from nps_responses
where exclusion_reason is null
