-- The triangle: each cohort at each age that any of its orders has reached, and of those orders alone.
with orders as (
    select * from {{ ref('int_order_returns') }}
    where watched_calendar_seconds >= 0 and exists (select 1 from {{ ref('fct_returns') }})
),

{{ cohort_triangle('shipped_date') }}

select
    cohorts.market,
    cohorts.cohort_period,
    cast(7 * ages.age_weeks as bigint) as age_days,
    cast(max(cohorts.cohort_order_count) as bigint) as shipped_order_count,
    cast(sum(cohorts.order_count) as bigint) as watched_shipped_order_count,
    cast(sum(case when cohorts.delay_weeks < ages.age_weeks then cohorts.order_count else 0 end) as bigint) as return_by_age_order_count,
    {{ ratio('sum(case when cohorts.delay_weeks < ages.age_weeks then cohorts.order_count else 0 end)', 'sum(cohorts.order_count)') }}
        as order_return_by_age_ratio,
    sum(cohorts.order_count) = max(cohorts.cohort_order_count) as is_whole_cohort,
    cohorts.cohort_date
from cohorts
inner join ages on cohorts.watched_weeks >= ages.age_weeks
group by cohorts.market, cohorts.cohort_period, ages.age_weeks, cohorts.cohort_date
