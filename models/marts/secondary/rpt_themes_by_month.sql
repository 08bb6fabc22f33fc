-- The same themes side by side in what people write to the stores, in the surveys, and to us. A text may have several themes, so
-- that shares of texts add up to more than 1; a contact has the one theme of its reason.
with text_themes as (
    select
        *,
        {{ month_of('written_date') }} as written_month
    from {{ ref('fct_text_themes') }}
    where written_date is not null
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

themes as (
    select * from {{ ref('themes') }}
),

source_horizons as (
    select * from {{ ref('int_source_horizons') }}
),

mentions as (
    select
        theme,
        source_kind,
        source_name,
        text_key,
        sentiment,
        rating_stars,
        nps_response_score,
        written_month
    from text_themes
    union all
    select
        coalesce(contact_reasons.theme, 'other') as theme,
        'contact reason' as source_kind,
        contacts.source_name,
        contacts.ticket_key as text_key,
        cast(null as varchar) as sentiment,
        cast(null as integer) as rating_stars,
        cast(null as integer) as nps_response_score,
        {{ month_of(reporting_date('contacts.created_at')) }} as written_month
    from contacts
    left outer join contact_reasons on contacts.contact_reason = contact_reasons.contact_reason
),

mentioning as (
    select distinct
        source_kind,
        source_name
    from mentions
),

-- A month is over once every source of such texts has delivered through its end.
horizons as (
    select
        mentioning.source_kind,
        {{ reporting_date('min(source_horizons.complete_through_at)') }} as first_incomplete_date
    from mentioning
    inner join source_horizons on mentioning.source_name = source_horizons.source_name
    group by mentioning.source_kind
),

texts as (
    select
        source_kind,
        written_month,
        count(distinct text_key) as text_count,
        count(distinct case when theme <> 'language not supported' then text_key end) as readable_text_count
    from mentions
    group by source_kind, written_month
),

counted as (
    select
        theme,
        source_kind,
        written_month,
        count(*) as theme_text_count,
        sum(case when sentiment = 'positive' then 1 when sentiment is not null then 0 end) as positive_text_count,
        sum(case when sentiment = 'neutral' then 1 when sentiment is not null then 0 end) as neutral_text_count,
        sum(case when sentiment = 'negative' then 1 when sentiment is not null then 0 end) as negative_text_count,
        sum(case when sentiment = 'language not supported' then 1 when sentiment is not null then 0 end)
            as unsupported_text_count,
        sum(rating_stars) as total_rating_stars,
        sum(nps_response_score) as total_nps_response_score
    from mentions
    group by theme, source_kind, written_month
)

select
    counted.theme,
    coalesce(themes.theme_label, counted.theme) as theme_label,
    themes.department,
    themes.owner,
    counted.source_kind,
    cast(counted.theme_text_count as bigint) as theme_text_count,
    cast(texts.text_count as bigint) as text_count,
    {{ ratio('counted.theme_text_count', 'texts.text_count') }} as theme_ratio,
    cast(texts.readable_text_count as bigint) as readable_text_count,
    case
        when counted.theme <> 'language not supported'
            then {{ ratio('counted.theme_text_count', 'texts.readable_text_count') }}
    end as readable_theme_ratio,
    cast(counted.positive_text_count as bigint) as positive_text_count,
    cast(counted.neutral_text_count as bigint) as neutral_text_count,
    cast(counted.negative_text_count as bigint) as negative_text_count,
    cast(counted.unsupported_text_count as bigint) as unsupported_text_count,
    {{ ratio('counted.positive_text_count', 'counted.theme_text_count - counted.unsupported_text_count') }} as positive_text_ratio,
    {{ ratio('counted.negative_text_count', 'counted.theme_text_count - counted.unsupported_text_count') }} as negative_text_ratio,
    cast(counted.total_rating_stars as bigint) as total_rating_stars,
    {{ ratio('counted.total_rating_stars', 'counted.theme_text_count') }} as theme_rating_stars_mean,
    cast(counted.total_nps_response_score as bigint) as total_nps_response_score,
    {{ ratio('counted.total_nps_response_score', 'counted.theme_text_count') }} as nps_response_score_mean,
    {{ next_month('counted.written_month') }} <= horizons.first_incomplete_date as is_complete,
    counted.written_month
from counted
inner join texts on counted.source_kind = texts.source_kind and counted.written_month = texts.written_month
left outer join themes on counted.theme = themes.theme
inner join horizons on counted.source_kind = horizons.source_kind
