with people as (
    select * from {{ ref('int_people_by_month') }}
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
        {{ next_month('months.active_month') }} <= horizons.first_incomplete_date as is_complete,
        months.active_month
    from months
    left outer join months as previous
        on months.market = previous.market and months.active_month = previous.following_month
    cross join horizons
    cross join first_months
)

select
    market,
    cast(previous_count as bigint) as previous_ordering_customer_count,
    cast(retained_count as bigint) as retained_customer_count,
    {{ ratio('retained_count', 'previous_count') }} as retention_ratio,
    {{ wilson_bound('retained_count', 'previous_count', 'low') }} as retention_low_ratio,
    {{ wilson_bound('retained_count', 'previous_count', 'high') }} as retention_high_ratio,
    cast(active_count as bigint) as ordering_customer_count,
    cast(order_count as bigint) as customer_order_count,
    cast(repeat_known_count as bigint) as repeat_known_order_count,
    cast(repeat_order_count as bigint) as repeat_order_count,
    {{ ratio('repeat_order_count', 'repeat_known_count') }} as repeat_order_ratio,
    is_complete,
    active_month
from compared
