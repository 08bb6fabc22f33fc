with source as (
    select * from {{ source('contract', 'ticket_messages') }}
),

renamed as (
    select
        message_key,
        source_name,
        message_id,
        ticket_id,
        ticket_key,
        agent_id,
        agent_key,
        author_role,
        channel,
        body_themes,
        body_sentiment,
        body_character_count,
        coalesce(is_public, true) as is_public,
        coalesce(is_automatic, false) as is_automatic,
        is_canned,
        sent_at
    from source
)

select
    message_key,
    source_name,
    message_id,
    ticket_id,
    ticket_key,
    agent_id,
    agent_key,
    author_role,
    channel,
    body_themes,
    body_sentiment,
    body_character_count,
    is_public,
    is_automatic,
    is_canned,
    sent_at
from renamed
