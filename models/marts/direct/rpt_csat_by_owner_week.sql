-- Who can make the next rating better; every rating has one owner, so that the owners of a week add up to all its ratings.
with csat_responses as (
    select * from {{ ref('fct_csat_responses') }}
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

counted as (
    select
        rating_owner,
        {{ week_of('responded_date') }} as responded_week,
        sum(case when rating = 'positive' then 1 else 0 end) as positive_count,
        sum(case when rating = 'neutral' then 1 else 0 end) as neutral_count,
        sum(case when rating = 'negative' then 1 else 0 end) as negative_count,
        count(*) as response_count
    from csat_responses
    group by rating_owner, {{ week_of('responded_date') }}
),

shared as (
    select
        *,
        sum(response_count) over (partition by responded_week) as all_response_count
    from counted
)

select
    shared.rating_owner,
    {{ suppression_reason('shared.response_count', 'minimum_counts.minimum_count') }} as suppression_reason,
    cast(shared.positive_count as bigint) as positive_count,
    cast(shared.neutral_count as bigint) as neutral_count,
    cast(shared.negative_count as bigint) as negative_count,
    cast(shared.response_count as bigint) as response_count,
    {%- for name, value in [
        ('csat_ratio', ratio('shared.positive_count', 'shared.response_count')),
        ('csat_low_ratio', wilson_bound('shared.positive_count', 'shared.response_count', 'low')),
        ('csat_high_ratio', wilson_bound('shared.positive_count', 'shared.response_count', 'high')),
    ] %}
        case when shared.response_count >= minimum_counts.minimum_count then {{ value }} end as {{ name }},
    {%- endfor %}
    cast(shared.all_response_count as bigint) as all_response_count,
    {{ ratio('shared.response_count', 'shared.all_response_count') }} as owned_ratio,
    cast({{ days_since_end(add_days('shared.responded_week', 7), 'horizons.first_incomplete_date') }} as bigint) as youngest_age_days,
    delays.share_before_ratio as maturity_ratio,
    {{ add_days('shared.responded_week', 6) }} < horizons.first_incomplete_date as is_complete,
    coalesce(delays.share_before_ratio >= 0.95e0, false) as is_mature,
    shared.responded_week
from shared
cross join horizons
cross join minimum_counts
left outer join delays
    on
        delays.delay_days = least(
            {{ days_since_end(add_days('shared.responded_week', 7), 'horizons.first_incomplete_date') }},
            {{ longest_support_delay_days() }}
        )
