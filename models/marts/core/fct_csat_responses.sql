with csat_responses as (
    select * from {{ ref('int_csat_responses_owned') }}
)

select
    response_key,
    invitation_key,
    ticket_key,
    customer_key,
    agent_key,
    source_name,
    market,
    agent_team_name,
    scale,
    score,
    rating,
    rating_owner,
    stated_reason,
    comment_themes,
    comment_sentiment,
    owner_rule_rank,
    has_comment,
    {{ reporting_date('responded_at') }} as responded_date,
    responded_at
from csat_responses
