with app_reviews as (
    select
        *,
        {{ week_of('reviewed_date') }} as reviewed_week
    from {{ ref('fct_app_reviews') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'app_reviews'
),

-- A source that never shows a reply says nothing about replies.
reply_sources as (
    select distinct source_name from app_reviews
    where has_reply
),

reply_waits as (
    select app_reviews.*
    from app_reviews
    inner join reply_sources on app_reviews.source_name = reply_sources.source_name
    where not app_reviews.is_reply_before_review
),

counted as (
    select
        store,
        reviewed_week,
        count(*) as review_count,
        sum(rating_stars) as total_rating_stars,
        sum(case when rating_stars = 1 then 1 else 0 end) as one_star_count,
        sum(case when rating_stars = 2 then 1 else 0 end) as two_star_count,
        sum(case when rating_stars = 3 then 1 else 0 end) as three_star_count,
        sum(case when rating_stars = 4 then 1 else 0 end) as four_star_count,
        sum(case when rating_stars = 5 then 1 else 0 end) as five_star_count,
        sum(case when has_reply then 1 else 0 end) as replied_count,
        sum(case when is_reply_before_review then 1 else 0 end) as reply_before_review_count,
        count(reply_calendar_seconds) as timed_reply_count,
        sum(reply_calendar_seconds) as total_reply_calendar_seconds
    from app_reviews
    group by store, reviewed_week
),

quantiles as (
    {{ censored_quantiles('reply_waits', ['store', 'reviewed_week'], 'waited_calendar_seconds', 'has_reply', 'reply_calendar_seconds') }}
)

select
    counted.store,
    cast(counted.review_count as bigint) as review_count,
    cast(counted.total_rating_stars as bigint) as total_rating_stars,
    {{ ratio('counted.total_rating_stars', 'counted.review_count') }} as rating_stars_mean,
    cast(counted.one_star_count as bigint) as one_star_count,
    cast(counted.two_star_count as bigint) as two_star_count,
    cast(counted.three_star_count as bigint) as three_star_count,
    cast(counted.four_star_count as bigint) as four_star_count,
    cast(counted.five_star_count as bigint) as five_star_count,
    cast(counted.replied_count as bigint) as replied_count,
    {{ ratio('counted.replied_count', 'counted.review_count') }} as reply_ratio,
    cast(counted.reply_before_review_count as bigint) as reply_before_review_count,
    cast(counted.timed_reply_count as bigint) as timed_reply_count,
    cast(counted.total_reply_calendar_seconds as bigint) as total_reply_calendar_seconds,
    {{ ratio('counted.total_reply_calendar_seconds', 'counted.timed_reply_count') }} as reply_calendar_seconds_mean,
    cast(quantiles.reply_calendar_seconds_median as bigint) as reply_calendar_seconds_median,
    cast(quantiles.reply_calendar_seconds_p90 as bigint) as reply_calendar_seconds_p90,
    quantiles.is_reply_calendar_seconds_median_at_least,
    quantiles.is_reply_calendar_seconds_p90_at_least,
    {{ add_days('counted.reviewed_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.reviewed_week
from counted
left outer join quantiles on counted.store = quantiles.store and counted.reviewed_week = quantiles.reviewed_week
cross join horizons
