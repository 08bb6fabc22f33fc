-- A store that keeps only the last edit can date a reply before its review: flagged, and in no average.
with app_reviews as (
    select * from {{ ref('int_app_reviews_classified') }}
),

timed as (
    select
        *,
        coalesce(replied_at, complete_through_at) as waiting_until_at
    from app_reviews
    where exclusion_reason is null
)

select
    review_key,
    app_id,
    source_name,
    store,
    market,
    language,
    app_version,
    body_themes,
    body_sentiment,
    cast(rating as integer) as rating_stars,
    case
        when replied_at >= reviewed_at then {{ epoch_seconds('replied_at') }} - {{ epoch_seconds('reviewed_at') }}
    end as reply_calendar_seconds,
    case
        when not is_reply_before_review
            then greatest({{ epoch_seconds('waiting_until_at') }} - {{ epoch_seconds('reviewed_at') }}, 0)
    end as waited_calendar_seconds,
    has_body,
    is_edited,
    replied_at is not null as has_reply,
    is_reply_before_review,
    {{ reporting_date('reviewed_at') }} as reviewed_date,
    reviewed_at,
    replied_at
from timed
