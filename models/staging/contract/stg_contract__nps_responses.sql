with source as (
    select * from {{ source('contract', 'nps_responses') }}
),

renamed as (
    select
        response_key,
        source_name,
        response_id,
        invitation_id,
        invitation_key,
        customer_id,
        customer_key,
        market,
        language,
        score,
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
    customer_id,
    customer_key,
    market,
    language,
    score,
    comment_themes,
    comment_sentiment,
    comment_character_count,
    responded_at
from renamed
