-- A source may count by market and plan, all together, or both. Distinct customers of all plans are no sum of the plans' where the
-- source counts them itself, so each row says which total it is a part of.
with active_customers as (
    select * from {{ ref('stg_contract__active_customers') }}
),

seen as (
    select
        *,
        max(case when plan is null then 1 else 0 end) over (partition by source_name, market, activity_date) = 1
            as has_market_total,
        max(case when market is null then 1 else 0 end) over (partition by source_name, activity_date) = 1 as has_total
    from active_customers
)

select
    active_customer_key,
    source_name,
    coalesce(market, 'all') as market,
    coalesce(plan, 'all') as plan,
    active_customer_count,
    market is not null and (plan is null or not has_market_total) as is_part_of_market,
    (market is null or not has_total) and (plan is null or not has_market_total) as is_part_of_total,
    activity_date
from seen
