-- Months, not four weeks: one agent or reason gets few ratings, months add up to quarters and half-years without remainder,
-- and no week lies in two of them. Weeks by market stand in rpt_csat_by_market_week.
{% set dimensions = {
    'agent': 'agent_key', 'channel': 'channel', 'contact reason': 'contact_reason', 'customer tier': 'customer_tier',
    'language': 'language', 'market': 'market', 'team': 'agent_team_name',
} %}

with csat_responses as (
    select * from {{ ref('fct_csat_responses') }}
),

invitations as (
    select * from {{ ref('fct_survey_invitations') }}
    where survey_type = 'csat'
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'csat_responses'
),

minimum_counts as (
    select * from {{ ref('minimum_counts') }}
    where metric_name = 'csat_ratio'
),

delays as (
    select * from {{ ref('int_contact_delays') }}
    where case_kind = 'rating given or changed'
),

-- Two clocks side by side: answers by the month they came, offers by the month they went out.
events as (
    select
        ticket_key,
        market,
        agent_key,
        agent_team_name,
        {{ month_of('responded_date') }} as csat_month,
        case when rating = 'positive' then 1 else 0 end as positive_count,
        case when rating = 'neutral' then 1 else 0 end as neutral_count,
        case when rating = 'negative' then 1 else 0 end as negative_count,
        0 as offered_count,
        0 as offer_responded_count,
        0 as offer_positive_count,
        cast(null as double) as answer_maturity_ratio,
        cast(null as double) as answer_maturity_error_ratio
    from csat_responses
    union all
    select
        ticket_key,
        market,
        agent_key,
        agent_team_name,
        {{ month_of('offered_date') }} as csat_month,
        0 as positive_count,
        0 as neutral_count,
        0 as negative_count,
        1 as offered_count,
        case when has_csat_rating then 1 else 0 end as offer_responded_count,
        case when csat_rating = 'positive' then 1 else 0 end as offer_positive_count,
        answer_maturity_ratio,
        answer_maturity_error_ratio
    from invitations
),

described as (
    select
        events.csat_month,
        events.market,
        coalesce(events.agent_key, 'unknown') as agent_key,
        coalesce(events.agent_team_name, 'unknown') as agent_team_name,
        {%- for column in ['channel', 'contact_reason', 'customer_tier', 'language'] %}
            coalesce(tickets.{{ column }}, 'unknown') as {{ column }},
        {%- endfor %}
        events.positive_count,
        events.neutral_count,
        events.negative_count,
        events.offered_count,
        events.offer_responded_count,
        events.offer_positive_count,
        events.answer_maturity_ratio,
        events.answer_maturity_error_ratio
    from events
    left outer join tickets on events.ticket_key = tickets.ticket_key
),

counted as (
    select
        csat_month,
        case
            {%- for dimension, column in dimensions.items() %}
                when grouping({{ column }}) = 0 then '{{ dimension }}'
            {%- endfor %}
            else 'all'
        end as dimension_name,
        case
            {%- for column in dimensions.values() %}
                when grouping({{ column }}) = 0 then {{ column }}
            {%- endfor %}
            else 'all'
        end as dimension_value,
        sum(positive_count) as positive_count,
        sum(neutral_count) as neutral_count,
        sum(negative_count) as negative_count,
        sum(positive_count + neutral_count + negative_count) as response_count,
        sum(offered_count) as offered_count,
        sum(offer_responded_count) as offer_responded_count,
        sum(offer_positive_count) as offer_positive_count,
        {{ exact_sum('answer_maturity_ratio') }} as matured_offered_count,
        {{ exact_sum('answer_maturity_error_ratio') }} as matured_offered_error_count
    from described
    group by grouping sets (
        (csat_month),
        (csat_month, agent_key),
        (csat_month, channel),
        (csat_month, contact_reason),
        (csat_month, customer_tier),
        (csat_month, language),
        (csat_month, market),
        (csat_month, agent_team_name)
    )
),

-- What the offers will come to, and by what age the period can be judged.
completed as (
    select
        counted.*,
        {{ completed_ratio('counted.offer_responded_count', 'counted.matured_offered_count') }} as response_completed_ratio,
        {%- for side in ['low', 'high'] %}
            {{ completed_bound(
                'counted.offer_responded_count', 'counted.offered_count', 'counted.matured_offered_count',
                'counted.matured_offered_error_count', side
            ) }} as response_completed_{{ side }}_ratio,
        {%- endfor %}
        {{ days_since_end(next_month('counted.csat_month'), 'horizons.first_incomplete_date') }} as youngest_age_days,
        horizons.first_incomplete_date
    from counted
    cross join horizons
)

select
    completed.dimension_name,
    completed.dimension_value,
    {{ suppression_reason('completed.response_count', 'minimum_counts.minimum_count') }} as suppression_reason,
    cast(completed.positive_count as bigint) as positive_count,
    cast(completed.neutral_count as bigint) as neutral_count,
    cast(completed.negative_count as bigint) as negative_count,
    cast(completed.response_count as bigint) as response_count,
    {%- for name, value in [
        ('csat_ratio', ratio('completed.positive_count', 'completed.response_count')),
        ('csat_low_ratio', wilson_bound('completed.positive_count', 'completed.response_count', 'low')),
        ('csat_high_ratio', wilson_bound('completed.positive_count', 'completed.response_count', 'high')),
    ] %}
        case when completed.response_count >= minimum_counts.minimum_count then {{ value }} end as {{ name }},
    {%- endfor %}
    cast(completed.offered_count as bigint) as offered_count,
    cast(completed.offer_responded_count as bigint) as offer_responded_count,
    {{ ratio('completed.offer_responded_count', 'completed.offered_count') }} as response_ratio,
    cast(completed.offer_positive_count as bigint) as offer_positive_count,
    {{ ratio('completed.offer_positive_count', 'completed.offered_count') }} as csat_if_silent_unhappy_ratio,
    {{ ratio('completed.offer_positive_count + completed.offered_count - completed.offer_responded_count', 'completed.offered_count') }}
        as csat_if_silent_happy_ratio,
    completed.matured_offered_count,
    completed.matured_offered_error_count,
    completed.response_completed_ratio,
    completed.response_completed_low_ratio,
    completed.response_completed_high_ratio,
    completed.response_completed_ratio * completed.offered_count as response_completed_count,
    case
        when completed.response_completed_low_ratio >= 0
            then greatest(completed.response_completed_low_ratio * completed.offered_count, completed.offer_responded_count)
    end as response_completed_low_count,
    completed.response_completed_high_ratio * completed.offered_count as response_completed_high_count,
    cast(completed.youngest_age_days as bigint) as youngest_age_days,
    delays.share_before_ratio as maturity_ratio,
    {{ next_month('completed.csat_month') }} <= completed.first_incomplete_date as is_complete,
    coalesce(delays.share_before_ratio >= 0.95e0, false) as is_mature,
    completed.csat_month
from completed
cross join minimum_counts
left outer join delays
    on least(completed.youngest_age_days, {{ longest_support_delay_days() }}) = delays.delay_days
