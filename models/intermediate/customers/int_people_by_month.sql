-- A person is active in a month in which the person placed an order; by market, and in all markets together.
with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

placed as (
    select
        customers_linked.person_key,
        orders.market,
        {{ month_of(reporting_date('orders.ordered_at')) }} as active_month,
        case
            when
                orders.ordered_at < {{ add_seconds(
                    'lag(orders.ordered_at) over (partition by customers_linked.person_key order by orders.ordered_at asc nulls last, '
                    ~ 'orders.order_key asc nulls last)', 365 * 86400
                ) }}
                then 1
            else 0
        end as is_repeat
    from orders
    inner join customers_linked on orders.customer_key = customers_linked.customer_key
),

months as (
    select
        person_key,
        case when grouping(market) = 0 then market else 'all' end as market,
        active_month,
        count(*) as order_count,
        sum(is_repeat) as repeat_order_count
    from placed
    group by grouping sets ((person_key, active_month), (person_key, market, active_month))
)

select
    person_key,
    market,
    order_count,
    repeat_order_count,
    active_month,
    lead(active_month) over (partition by person_key, market order by active_month asc nulls last) as next_active_month
from months
