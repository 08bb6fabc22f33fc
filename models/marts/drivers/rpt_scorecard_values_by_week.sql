-- Each metric's value of each week, added up from the reports; no formula of a metric is written here a second time.
with first_responses as (
    select * from {{ ref('rpt_first_responses_by_week') }}
),

csat as (
    select
        csat_week,
        sum(positive_count) as positive_count,
        sum(response_count) as response_count,
        min(maturity_ratio) as maturity_ratio,
        min(case when is_mature then 1 else 0 end) = 1 as is_mature,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete
    from {{ ref('rpt_csat_by_market_week') }}
    group by csat_week
),

intensity as (
    select
        intensity_week,
        sum(contact_count) as contact_count,
        sum(order_count) as order_count,
        min(case when is_complete then 1 else 0 end) = 1 and count(distinct intensity_date) = 7 as is_complete
    from {{ ref('rpt_contact_intensity_by_day') }}
    group by intensity_week
),

nps as (
    select
        responded_week,
        sum(promoter_count) as promoter_count,
        sum(detractor_count) as detractor_count,
        sum(response_count) as response_count,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete
    from {{ ref('rpt_nps_by_week') }}
    group by responded_week
),

returns as (
    select
        shipped_week,
        sum(return_requested_order_count) as return_requested_order_count,
        sum(shipped_order_count) as shipped_order_count,
        {{ exact_sum('matured_shipped_order_count') }} as matured_count,
        {{ exact_sum('matured_shipped_order_error_count') }} as matured_error_count,
        min(maturity_ratio) as maturity_ratio,
        min(case when is_mature then 1 else 0 end) = 1 as is_mature
    from {{ ref('rpt_returns_by_ship_week') }}
    group by shipped_week
),

inr as (
    select
        promised_week,
        sum(inr_order_count) as inr_order_count,
        sum(due_order_count) as due_order_count,
        {{ exact_sum('matured_due_order_count') }} as matured_count,
        {{ exact_sum('matured_due_order_error_count') }} as matured_error_count,
        min(maturity_ratio) as maturity_ratio,
        min(case when is_mature then 1 else 0 end) = 1 as is_mature
    from {{ ref('rpt_inr_by_promised_week') }}
    group by promised_week
),

reviews as (
    select
        reviewed_week,
        sum(total_rating_stars) as total_rating_stars,
        sum(review_count) as review_count,
        sum(one_star_count + 4 * two_star_count + 9 * three_star_count + 16 * four_star_count + 25 * five_star_count)
            as total_squared_rating_stars,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete
    from {{ ref('rpt_app_reviews_by_week') }}
    group by reviewed_week
),

contractors as (
    select * from {{ ref('rpt_contractor_costs_by_week') }}
),

-- What a week that is still growing will come to; the bare value of such a week is marked as at least. Ratings that are still to
-- come can move CSAT either way: it has no such estimate, and no bound.
completed as (
    select
        'csat_ratio' as metric_name,
        csat_week as scorecard_week,
        cast(null as double) as completed_value,
        cast(null as double) as completed_low_value,
        cast(null as double) as completed_high_value,
        maturity_ratio
    from csat
    union all
    {%- for name, relation, week, part, whole in [
        ('order_return_ratio', 'returns', 'shipped_week', 'return_requested_order_count', 'shipped_order_count'),
        ('inr_ratio', 'inr', 'promised_week', 'inr_order_count', 'due_order_count'),
    ] %}
        select
            '{{ name }}' as metric_name,
            {{ week }} as scorecard_week,
            {{ completed_ratio(part, 'matured_count') }} as completed_value,
            {{ completed_bound(part, whole, 'matured_count', 'matured_error_count', 'low') }} as completed_low_value,
            {{ completed_bound(part, whole, 'matured_count', 'matured_error_count', 'high') }} as completed_high_value,
            maturity_ratio
        from {{ relation }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

valued as (
    select
        'first_response_calendar_seconds_median' as metric_name,
        cast(null as double) as numerator_value,
        cast(contact_count as bigint) as denominator_count,
        cast(first_response_calendar_seconds_median as double) as value,
        cast(null as double) as low_value,
        cast(null as double) as high_value,
        is_first_response_calendar_seconds_median_at_least as is_at_least,
        is_complete,
        is_complete as is_mature,
        created_week as scorecard_week
    from first_responses
    union all
    select
        'unanswered_ratio' as metric_name,
        cast(unanswered_count as double) as numerator_value,
        cast(contact_count as bigint) as denominator_count,
        unanswered_ratio as value,
        {{ wilson_bound('unanswered_count', 'contact_count', 'low') }} as low_value,
        {{ wilson_bound('unanswered_count', 'contact_count', 'high') }} as high_value,
        false as is_at_least,
        is_complete,
        is_complete as is_mature,
        created_week as scorecard_week
    from first_responses
    union all
    select
        'csat_ratio' as metric_name,
        cast(positive_count as double) as numerator_value,
        cast(response_count as bigint) as denominator_count,
        {{ ratio('positive_count', 'response_count') }} as value,
        {{ wilson_bound('positive_count', 'response_count', 'low') }} as low_value,
        {{ wilson_bound('positive_count', 'response_count', 'high') }} as high_value,
        false as is_at_least,
        is_complete,
        is_mature,
        csat_week as scorecard_week
    from csat
    union all
    select
        'contact_intensity' as metric_name,
        cast(contact_count as double) as numerator_value,
        cast(order_count as bigint) as denominator_count,
        100 * {{ ratio('contact_count', 'order_count') }} as value,
        100 * {{ ratio(poisson_bound('contact_count', 'low'), 'order_count') }} as low_value,
        100 * {{ ratio(poisson_bound('contact_count', 'high'), 'order_count') }} as high_value,
        false as is_at_least,
        is_complete,
        is_complete as is_mature,
        intensity_week as scorecard_week
    from intensity
    union all
    select
        'nps_score' as metric_name,
        cast(promoter_count - detractor_count as double) as numerator_value,
        cast(response_count as bigint) as denominator_count,
        {{ net_promoter_score('promoter_count', 'detractor_count', 'response_count') }} as value,
        greatest(
            {{ net_promoter_score('promoter_count', 'detractor_count', 'response_count') }}
            - {{ net_promoter_margin('promoter_count', 'detractor_count', 'response_count') }}, -100e0
        ) as low_value,
        least(
            {{ net_promoter_score('promoter_count', 'detractor_count', 'response_count') }}
            + {{ net_promoter_margin('promoter_count', 'detractor_count', 'response_count') }}, 100e0
        ) as high_value,
        false as is_at_least,
        is_complete,
        is_complete as is_mature,
        responded_week as scorecard_week
    from nps
    union all
    select
        'order_return_ratio' as metric_name,
        cast(return_requested_order_count as double) as numerator_value,
        cast(shipped_order_count as bigint) as denominator_count,
        {{ ratio('return_requested_order_count', 'shipped_order_count') }} as value,
        {{ wilson_bound('return_requested_order_count', 'shipped_order_count', 'low') }} as low_value,
        {{ wilson_bound('return_requested_order_count', 'shipped_order_count', 'high') }} as high_value,
        not is_mature as is_at_least,
        is_mature as is_complete,
        is_mature,
        shipped_week as scorecard_week
    from returns
    union all
    select
        'inr_ratio' as metric_name,
        cast(inr_order_count as double) as numerator_value,
        cast(due_order_count as bigint) as denominator_count,
        {{ ratio('inr_order_count', 'due_order_count') }} as value,
        {{ wilson_bound('inr_order_count', 'due_order_count', 'low') }} as low_value,
        {{ wilson_bound('inr_order_count', 'due_order_count', 'high') }} as high_value,
        not is_mature as is_at_least,
        is_mature as is_complete,
        is_mature,
        promised_week as scorecard_week
    from inr
    union all
    select
        'rating_stars_mean' as metric_name,
        cast(total_rating_stars as double) as numerator_value,
        cast(review_count as bigint) as denominator_count,
        {{ ratio('total_rating_stars', 'review_count') }} as value,
        greatest(
            {{ ratio('total_rating_stars', 'review_count') }}
            - {{ mean_margin('total_rating_stars', 'total_squared_rating_stars', 'review_count') }}, 1e0
        ) as low_value,
        least(
            {{ ratio('total_rating_stars', 'review_count') }}
            + {{ mean_margin('total_rating_stars', 'total_squared_rating_stars', 'review_count') }}, 5e0
        ) as high_value,
        false as is_at_least,
        is_complete,
        is_complete as is_mature,
        reviewed_week as scorecard_week
    from reviews
    union all
    -- A sum and no share: of one week, so that several weeks together show their mean.
    select
        'contractor_cost_usd' as metric_name,
        contractor_cost_usd as numerator_value,
        cast(case when contractor_cost_usd is not null then 1 end as bigint) as denominator_count,
        contractor_cost_usd as value,
        cast(null as double) as low_value,
        cast(null as double) as high_value,
        false as is_at_least,
        is_complete,
        is_complete as is_mature,
        work_week as scorecard_week
    from contractors
)

select
    valued.metric_name,
    valued.numerator_value,
    valued.denominator_count,
    valued.value,
    valued.low_value,
    valued.high_value,
    completed.completed_value,
    completed.completed_low_value,
    completed.completed_high_value,
    completed.maturity_ratio,
    contractors.target_cost_usd as week_target_value,
    valued.is_at_least,
    valued.is_complete,
    valued.is_mature,
    valued.scorecard_week
from valued
left outer join completed
    on valued.metric_name = completed.metric_name and valued.scorecard_week = completed.scorecard_week
left outer join contractors
    on valued.metric_name = 'contractor_cost_usd' and valued.scorecard_week = contractors.work_week
