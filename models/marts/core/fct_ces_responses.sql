with ces_responses as (
    select * from {{ ref('int_ces_responses_classified') }}
)

select
    response_key,
    invitation_key,
    ticket_key,
    customer_key,
    source_name,
    market,
    scale,
    ces_index_group,
    comment_themes,
    comment_sentiment,
    cast(ces_score as integer) as ces_score,
    cast(agent_effort_score as integer) as agent_effort_score,
    has_comment,
    is_easy,
    is_agent_effort_agreed,
    {{ reporting_date('responded_at') }} as responded_date,
    responded_at
from ces_responses
where exclusion_reason is null
