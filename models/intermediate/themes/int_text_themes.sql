-- One taxonomy for what people write in reviews and surveys: the themes that a vendor or our rules gave to each text, in the words
-- of the seed themes. That no rule knows a text's language is an answer of its own; so is that no theme was found.
with app_reviews as (
    select * from {{ ref('int_app_reviews_classified') }}
    where exclusion_reason is null and has_body
),

nps_responses as (
    select * from {{ ref('int_nps_responses_classified') }}
    where exclusion_reason is null and has_comment
),

words as (
    select
        theme as label,
        theme
    from {{ ref('themes') }}
    union
    select
        label,
        theme
    from {{ ref('theme_labels') }}
),

texts as (
    select
        'app review' as source_kind,
        review_key as text_key,
        body_themes as labels,
        coalesce(body_sentiment, 'language not supported') as sentiment,
        rating as rating_stars,
        cast(null as integer) as nps_response_score,
        reviewed_at as written_at
    from app_reviews
    union all
    select
        'NPS comment' as source_kind,
        response_key as text_key,
        comment_themes as labels,
        coalesce(comment_sentiment, 'language not supported') as sentiment,
        cast(null as bigint) as rating_stars,
        nps_response_score,
        responded_at as written_at
    from nps_responses
),

parts as (
    select
        text_key,
        source_kind,
        {{ each_part("coalesce(labels, 'language not supported')", "'|'") }} as label
    from texts
),

named as (
    select distinct
        parts.source_kind,
        parts.text_key,
        case
            when parts.label = 'language not supported' then parts.label
            when parts.label = '' then 'no theme found'
            else coalesce(words.theme, 'other')
        end as theme
    from parts
    left outer join words on lower(trim(parts.label)) = words.label
)

select
    texts.text_key,
    texts.source_kind,
    named.theme,
    texts.sentiment,
    texts.rating_stars,
    texts.nps_response_score,
    {{ reporting_date('texts.written_at') }} as written_date
from texts
inner join named on texts.source_kind = named.source_kind and texts.text_key = named.text_key
