with source as (
    select * from {{ source('contract', 'ces_responses') }}
),

renamed as (
    select
        response_key,
        source_name,
        response_id,
        invitation_id,
        invitation_key,
        ticket_id,
        ticket_key,
        customer_id,
        customer_key,
        score,
        scale,
        agent_effort_score,
        language,
        comment_themes,
        comment_sentiment,
        comment_character_count,
        responded_at
    from source
)

select
    response_key,
    source_name,
    response_id,
    invitation_id,
    invitation_key,
    ticket_id,
    ticket_key,
    customer_id,
    customer_key,
    score,
    scale,
    agent_effort_score,
    language,
    comment_themes,
    comment_sentiment,
    comment_character_count,
    responded_at
from renamed
