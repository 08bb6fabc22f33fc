with csat_responses as (
    select * from {{ ref('fct_csat_responses') }}
),

invitations as (
    select * from {{ ref('fct_survey_invitations') }}
    where survey_type = 'csat'
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'csat_responses'
),

-- Two clocks side by side: answers by the week they came, offers by the week they went out.
events as (
    select
        market,
        {{ week_of('responded_date') }} as csat_week,
        case when rating = 'positive' then 1 else 0 end as positive_count,
        case when rating = 'neutral' then 1 else 0 end as neutral_count,
        case when rating = 'negative' then 1 else 0 end as negative_count,
        0 as offered_count,
        0 as offer_responded_count,
        0 as offer_positive_count
    from csat_responses
    union all
    select
        market,
        {{ week_of('offered_date') }} as csat_week,
        0 as positive_count,
        0 as neutral_count,
        0 as negative_count,
        1 as offered_count,
        case when has_csat_rating then 1 else 0 end as offer_responded_count,
        case when csat_rating = 'positive' then 1 else 0 end as offer_positive_count
    from invitations
),

counted as (
    select
        market,
        csat_week,
        sum(positive_count) as positive_count,
        sum(neutral_count) as neutral_count,
        sum(negative_count) as negative_count,
        sum(positive_count + neutral_count + negative_count) as response_count,
        sum(offered_count) as offered_count,
        sum(offer_responded_count) as offer_responded_count,
        sum(offer_positive_count) as offer_positive_count
    from events
    group by market, csat_week
)

select
    counted.market,
    cast(counted.positive_count as bigint) as positive_count,
    cast(counted.neutral_count as bigint) as neutral_count,
    cast(counted.negative_count as bigint) as negative_count,
    cast(counted.response_count as bigint) as response_count,
    {{ ratio('counted.positive_count', 'counted.response_count') }} as csat_ratio,
    {{ wilson_bound('counted.positive_count', 'counted.response_count', 'low') }} as csat_low_ratio,
    {{ wilson_bound('counted.positive_count', 'counted.response_count', 'high') }} as csat_high_ratio,
    cast(counted.offered_count as bigint) as offered_count,
    cast(counted.offer_responded_count as bigint) as offer_responded_count,
    {{ ratio('counted.offer_responded_count', 'counted.offered_count') }} as response_ratio,
    cast(counted.offer_positive_count as bigint) as offer_positive_count,
    {{ ratio('counted.offer_positive_count', 'counted.offered_count') }} as csat_if_silent_unhappy_ratio,
    {{ ratio('counted.offer_positive_count + counted.offered_count - counted.offer_responded_count', 'counted.offered_count') }}
        as csat_if_silent_happy_ratio,
    {{ add_days('counted.csat_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.csat_week
from counted
cross join horizons
