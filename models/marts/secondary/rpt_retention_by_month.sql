with people as (
    select * from {{ ref('int_people_by_month') }}
),

-- Known only where every order's value is: a part of the orders would make each customer look cheaper than they are.
revenue as (
    select
        case when grouping(market) = 0 then market else 'all' end as market,
        case when count(revenue_usd) = count(*) then {{ exact_sum('revenue_usd') }} end as revenue_usd,
        {{ month_of('ordered_date') }} as active_month
    from {{ ref('int_orders_priced') }}
    where customer_key is not null
    group by grouping sets (({{ month_of('ordered_date') }}), ({{ month_of('ordered_date') }}, market))
),

assumptions as (
    select assumption_value as margin_ratio
    from {{ ref('cost_assumptions') }}
    where assumption_name = 'contribution_margin_ratio'
),

horizons as (
    select first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'orders'
),

first_months as (
    select min(active_month) as first_month from people
),

months as (
    select
        market,
        count(*) as active_count,
        sum(case when next_active_month = {{ next_month('active_month') }} then 1 else 0 end) as staying_count,
        sum(order_count) as order_count,
        sum(repeat_order_count) as repeat_order_count,
        active_month,
        {{ next_month('active_month') }} as following_month
    from people
    group by market, active_month
),

-- An order is a repeat by the year before it, so the first year of the data says nothing about it.
compared as (
    select
        months.market,
        months.active_count,
        previous.active_count as previous_count,
        previous.staying_count as retained_count,
        case when months.active_month >= {{ add_days('first_months.first_month', 365) }} then months.order_count end
            as repeat_known_count,
        case when months.active_month >= {{ add_days('first_months.first_month', 365) }} then months.repeat_order_count end
            as repeat_order_count,
        months.order_count,
        revenue.revenue_usd,
        assumptions.margin_ratio,
        {{ next_month('months.active_month') }} <= horizons.first_incomplete_date as is_complete,
        months.active_month
    from months
    left outer join months as previous
        on months.market = previous.market and months.active_month = previous.following_month
    left outer join revenue on months.market = revenue.market and months.active_month = revenue.active_month
    left outer join assumptions on true
    cross join horizons
    cross join first_months
),

valued as (
    select
        *,
        {{ ratio('retained_count', 'previous_count') }} as retention_ratio,
        {{ wilson_bound('retained_count', 'previous_count', 'low') }} as retention_low_ratio,
        {{ wilson_bound('retained_count', 'previous_count', 'high') }} as retention_high_ratio,
        revenue_usd * margin_ratio / nullif(active_count, 0) as margin_usd_per_active_month
    from compared
)

select
    market,
    cast(previous_count as bigint) as previous_ordering_customer_count,
    cast(retained_count as bigint) as retained_customer_count,
    retention_ratio,
    retention_low_ratio,
    retention_high_ratio,
    cast(active_count as bigint) as ordering_customer_count,
    cast(order_count as bigint) as customer_order_count,
    cast(repeat_known_count as bigint) as repeat_known_order_count,
    cast(repeat_order_count as bigint) as repeat_order_count,
    {{ ratio('repeat_order_count', 'repeat_known_count') }} as repeat_order_ratio,
    revenue_usd,
    margin_ratio,
    margin_usd_per_active_month,
    1e0 / nullif(1e0 - retention_ratio, 0) as expected_active_month_count,
    margin_usd_per_active_month / nullif(1e0 - retention_ratio, 0) as lifetime_value_usd,
    margin_usd_per_active_month / nullif(1e0 - retention_low_ratio, 0) as lifetime_value_low_usd,
    margin_usd_per_active_month / nullif(1e0 - retention_high_ratio, 0) as lifetime_value_high_usd,
    is_complete,
    active_month
from valued
