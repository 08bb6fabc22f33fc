-- One taxonomy for what people write in reviews and surveys: the themes that a vendor or our rules gave to each text, in the words
-- of the seed themes. That no rule knows a text's language is an answer of its own; so is that no theme was found.
{% set surveys = {
    'CSAT comment': 'int_csat_responses_classified',
    'CES comment': 'int_ces_responses_classified',
    'NPS comment': 'int_nps_responses_classified',
} %}

with app_reviews as (
    select * from {{ ref('int_app_reviews_classified') }}
    where exclusion_reason is null and has_body
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
        review_key as text_key,
        cast(null as varchar) as ticket_key,
        source_name,
        'app review' as source_kind,
        language,
        body_themes as labels,
        body_sentiment as sentiment,
        cast(rating as integer) as rating_stars,
        cast(null as integer) as nps_response_score,
        reviewed_at as written_at
    from app_reviews
    {% for source_kind, responses in surveys.items() %}
        union all
        select
            response_key as text_key,
            {{ "cast(null as varchar)" if source_kind == 'NPS comment' else 'ticket_key' }} as ticket_key,
            source_name,
            '{{ source_kind }}' as source_kind,
            language,
            comment_themes as labels,
            comment_sentiment as sentiment,
            cast(null as integer) as rating_stars,
            {{ 'nps_response_score' if source_kind == 'NPS comment' else 'cast(null as integer)' }} as nps_response_score,
            responded_at as written_at
        from {{ ref(responses) }}
        where exclusion_reason is null and has_comment
    {% endfor %}
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
    texts.ticket_key,
    texts.source_name,
    texts.source_kind,
    texts.language,
    named.theme,
    coalesce(texts.sentiment, 'language not supported') as sentiment,
    texts.rating_stars,
    cast(texts.nps_response_score as integer) as nps_response_score,
    {{ reporting_date('texts.written_at') }} as written_date
from texts
inner join named on texts.source_kind = named.source_kind and texts.text_key = named.text_key
