-- What the text rules can read: each language that a rule knows, or that somebody wrote in, with the rules and the texts.
with theme_rules as (
    select
        language,
        count(*) as theme_rule_count,
        count(distinct theme) as ruled_theme_count
    from {{ ref('theme_rules') }}
    group by language
),

sentiment_rules as (
    select
        language,
        count(*) as sentiment_rule_count
    from {{ ref('sentiment_rules') }}
    group by language
),

-- A text has a row for each of its themes.
texts as (
    select
        text_key,
        source_kind,
        coalesce(language, 'unknown') as language,
        min(theme) as any_theme,
        max(sentiment) as sentiment
    from {{ ref('fct_text_themes') }}
    group by text_key, source_kind, coalesce(language, 'unknown')
),

written as (
    select
        language,
        count(*) as text_count,
        sum(case when any_theme <> 'language not supported' then 1 else 0 end) as readable_text_count,
        sum(case when any_theme not in ('language not supported', 'no theme found') then 1 else 0 end) as themed_text_count,
        sum(case when sentiment <> 'language not supported' then 1 else 0 end) as sensed_text_count
    from texts
    group by language
),

languages as (
    select language from theme_rules
    union
    select language from sentiment_rules
    union
    select language from written
)

select
    languages.language,
    cast(coalesce(theme_rules.theme_rule_count, 0) as bigint) as theme_rule_count,
    cast(coalesce(theme_rules.ruled_theme_count, 0) as bigint) as ruled_theme_count,
    cast(coalesce(sentiment_rules.sentiment_rule_count, 0) as bigint) as sentiment_rule_count,
    cast(coalesce(written.text_count, 0) as bigint) as text_count,
    cast(coalesce(written.readable_text_count, 0) as bigint) as readable_text_count,
    cast(coalesce(written.themed_text_count, 0) as bigint) as themed_text_count,
    cast(coalesce(written.sensed_text_count, 0) as bigint) as sensed_text_count,
    {{ ratio('written.themed_text_count', 'written.readable_text_count') }} as themed_text_ratio
from languages
left outer join theme_rules on languages.language = theme_rules.language
left outer join sentiment_rules on languages.language = sentiment_rules.language
left outer join written on languages.language = written.language
