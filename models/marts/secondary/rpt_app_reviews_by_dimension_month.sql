-- Reviews by theme, store, version and market. A review may have several themes: along that dimension nothing adds up to all.
{% set dimensions = {'app version': 'app_version', 'market': 'market', 'store': 'store'} %}

with app_reviews as (
    select
        *,
        {{ month_of('reviewed_date') }} as reviewed_month
    from {{ ref('fct_app_reviews') }}
),

text_themes as (
    select * from {{ ref('fct_text_themes') }}
    where source_kind = 'app review'
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

described as (
    select
        app_reviews.*,
        'all' as dimension_name,
        'all' as dimension_value
    from app_reviews
    {% for dimension, column in dimensions.items() %}
        union all
        select
            app_reviews.*,
            '{{ dimension }}' as dimension_name,
            coalesce(app_reviews.{{ column }}, 'unknown') as dimension_value
        from app_reviews
    {% endfor %}
    union all
    select
        app_reviews.*,
        'theme' as dimension_name,
        coalesce(text_themes.theme, 'no text') as dimension_value
    from app_reviews
    left outer join text_themes on app_reviews.review_key = text_themes.text_key
),

reply_waits as (
    select described.*
    from described
    inner join reply_sources on described.source_name = reply_sources.source_name
    where not described.is_reply_before_review
),

counted as (
    select
        dimension_name,
        dimension_value,
        reviewed_month,
        count(*) as review_count,
        sum(rating_stars) as total_rating_stars,
        {%- for stars, word in [(1, 'one'), (2, 'two'), (3, 'three'), (4, 'four'), (5, 'five')] %}
            sum(case when rating_stars = {{ stars }} then 1 else 0 end) as {{ word }}_star_count,
        {%- endfor %}
        sum(case when has_body then 1 else 0 end) as text_count,
        {%- for sentiment in ['positive', 'neutral', 'negative'] %}
            sum(case when has_body and body_sentiment = '{{ sentiment }}' then 1 else 0 end) as {{ sentiment }}_text_count,
        {%- endfor %}
        sum(case when has_reply then 1 else 0 end) as replied_count,
        count(reply_calendar_seconds) as timed_reply_count,
        sum(reply_calendar_seconds) as total_reply_calendar_seconds
    from described
    group by dimension_name, dimension_value, reviewed_month
),

quantiles as (
    {{ censored_quantiles(
        'reply_waits', ['dimension_name', 'dimension_value', 'reviewed_month'], 'waited_calendar_seconds', 'has_reply',
        'reply_calendar_seconds'
    ) }}
),

sensed as (
    select
        *,
        positive_text_count + neutral_text_count + negative_text_count as readable_text_count
    from counted
)

select
    sensed.dimension_name,
    sensed.dimension_value,
    cast(sensed.review_count as bigint) as review_count,
    cast(sensed.total_rating_stars as bigint) as total_rating_stars,
    {{ ratio('sensed.total_rating_stars', 'sensed.review_count') }} as rating_stars_mean,
    {%- for word in ['one', 'two', 'three', 'four', 'five'] %}
        cast(sensed.{{ word }}_star_count as bigint) as {{ word }}_star_count,
    {%- endfor %}
    cast(sensed.text_count as bigint) as text_count,
    cast(sensed.positive_text_count as bigint) as positive_text_count,
    cast(sensed.neutral_text_count as bigint) as neutral_text_count,
    cast(sensed.negative_text_count as bigint) as negative_text_count,
    cast(sensed.text_count - sensed.readable_text_count as bigint) as unsupported_text_count,
    {{ ratio('sensed.positive_text_count', 'sensed.readable_text_count') }} as positive_text_ratio,
    {{ ratio('sensed.negative_text_count', 'sensed.readable_text_count') }} as negative_text_ratio,
    cast(sensed.replied_count as bigint) as replied_count,
    {{ ratio('sensed.replied_count', 'sensed.review_count') }} as reply_ratio,
    cast(sensed.timed_reply_count as bigint) as timed_reply_count,
    cast(sensed.total_reply_calendar_seconds as bigint) as total_reply_calendar_seconds,
    {{ ratio('sensed.total_reply_calendar_seconds', 'sensed.timed_reply_count') }} as reply_calendar_seconds_mean,
    cast(quantiles.reply_calendar_seconds_median as bigint) as reply_calendar_seconds_median,
    cast(quantiles.reply_calendar_seconds_p90 as bigint) as reply_calendar_seconds_p90,
    quantiles.is_reply_calendar_seconds_median_at_least,
    quantiles.is_reply_calendar_seconds_p90_at_least,
    {{ next_month('sensed.reviewed_month') }} <= horizons.first_incomplete_date as is_complete,
    sensed.reviewed_month
from sensed
left outer join quantiles
    on
        sensed.dimension_name = quantiles.dimension_name
        and sensed.dimension_value = quantiles.dimension_value
        and sensed.reviewed_month = quantiles.reviewed_month
cross join horizons
