-- The triangle: each cohort at each age that any of its orders has reached, and of those orders alone.
with orders as (
    select * from {{ ref('int_order_inr_claims') }}
    where watched_calendar_seconds >= 0 and has_claim_source
),

counted as (
    select
        market,
        cast(least(floor(watched_calendar_seconds / 604800e0), 52) as bigint) as watched_weeks,
        cast(floor(delay_calendar_seconds / 604800e0) as bigint) as delay_weeks,
        count(*) as order_count,
        {{ week_of('promised_date') }} as cohort_week,
        {{ month_of('promised_date') }} as cohort_month
    from orders
    group by
        market,
        cast(least(floor(watched_calendar_seconds / 604800e0), 52) as bigint),
        cast(floor(delay_calendar_seconds / 604800e0) as bigint),
        {{ week_of('promised_date') }},
        {{ month_of('promised_date') }}
),

cohorts as (
    {%- for period in ['week', 'month'] %}
        select
            market,
            '{{ period }}' as cohort_period,
            watched_weeks,
            delay_weeks,
            order_count,
            cohort_{{ period }} as cohort_date,
            sum(order_count) over (partition by market, cohort_{{ period }}) as cohort_order_count
        from counted
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ages as (
    select {{ each_integer(1, 52) }} as age_weeks
)

select
    cohorts.market,
    cohorts.cohort_period,
    cast(7 * ages.age_weeks as bigint) as age_days,
    cast(max(cohorts.cohort_order_count) as bigint) as due_order_count,
    cast(sum(cohorts.order_count) as bigint) as watched_due_order_count,
    cast(sum(case when cohorts.delay_weeks < ages.age_weeks then cohorts.order_count else 0 end) as bigint) as inr_by_age_order_count,
    {{ ratio('sum(case when cohorts.delay_weeks < ages.age_weeks then cohorts.order_count else 0 end)', 'sum(cohorts.order_count)') }}
        as inr_by_age_ratio,
    sum(cohorts.order_count) = max(cohorts.cohort_order_count) as is_whole_cohort,
    cohorts.cohort_date
from cohorts
inner join ages on cohorts.watched_weeks >= ages.age_weeks
group by cohorts.market, cohorts.cohort_period, ages.age_weeks, cohorts.cohort_date
