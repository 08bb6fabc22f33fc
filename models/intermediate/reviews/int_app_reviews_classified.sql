with app_reviews as (
    select * from {{ ref('stg_contract__app_reviews') }}
),

horizons as (
    select * from {{ ref('int_source_horizons') }}
)

select
    app_reviews.review_key,
    app_reviews.app_id,
    app_reviews.source_name,
    coalesce(app_reviews.store, 'unknown') as store,
    coalesce(app_reviews.market, 'unknown') as market,
    app_reviews.language,
    app_reviews.app_version,
    app_reviews.body_themes,
    app_reviews.body_sentiment,
    case when app_reviews.rating not between 1 and 5 then 'rating outside 1 to 5' end as exclusion_reason,
    app_reviews.rating,
    app_reviews.is_edited,
    coalesce(app_reviews.body_character_count > 0, false) as has_body,
    coalesce(app_reviews.replied_at < app_reviews.reviewed_at, false) as is_reply_before_review,
    app_reviews.reviewed_at,
    app_reviews.replied_at,
    horizons.complete_through_at
from app_reviews
left outer join horizons on app_reviews.source_name = horizons.source_name
