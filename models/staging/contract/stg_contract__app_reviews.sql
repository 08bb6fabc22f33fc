with source as (
    select * from {{ source('contract', 'app_reviews') }}
),

renamed as (
    select
        review_key,
        source_name,
        review_id,
        app_id,
        store,
        market,
        language,
        app_version,
        title_themes,
        title_sentiment,
        body_themes,
        body_sentiment,
        reply_body_themes,
        reply_body_sentiment,
        title_character_count,
        body_character_count,
        reply_body_character_count,
        rating,
        is_edited,
        reviewed_at,
        replied_at
    from source
)

select
    review_key,
    source_name,
    review_id,
    app_id,
    store,
    market,
    language,
    app_version,
    title_themes,
    title_sentiment,
    body_themes,
    body_sentiment,
    reply_body_themes,
    reply_body_sentiment,
    title_character_count,
    body_character_count,
    reply_body_character_count,
    rating,
    is_edited,
    reviewed_at,
    replied_at
from renamed
