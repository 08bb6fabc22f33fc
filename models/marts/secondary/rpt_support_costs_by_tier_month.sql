-- Do customers who pay carry what support costs, and those who do not? Cost goes by the tier at the time of the contact and the
-- day of the work; revenue by the tier that the customer has now, which is all that is known of it.
with handle_times as (
    select * from {{ ref('fct_handle_times') }}
    where ticket_key is not null and worked_date is not null
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

orders as (
    select * from {{ ref('int_orders_priced') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

customer_tiers as (
    select * from {{ ref('customer_tiers') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

counted as (
    select
        coalesce(customer_tier, 'unknown') as customer_tier,
        {{ month_of('created_date') }} as cost_month,
        count(*) as contact_count,
        0 as timed_contact_count,
        0 as costed_contact_count,
        0 as order_count,
        0 as priced_order_count,
        cast(null as double) as caused_cost_usd,
        cast(null as double) as order_value_usd,
        cast(null as double) as revenue_usd
    from tickets
    group by coalesce(customer_tier, 'unknown'), {{ month_of('created_date') }}
    union all
    select
        coalesce(tickets.customer_tier, 'unknown') as customer_tier,
        {{ month_of('handle_times.worked_date') }} as cost_month,
        0 as contact_count,
        count(distinct handle_times.ticket_key) as timed_contact_count,
        count(distinct handle_times.ticket_key)
        - count(distinct case when handle_times.caused_cost_usd is null then handle_times.ticket_key end) as costed_contact_count,
        0 as order_count,
        0 as priced_order_count,
        {{ exact_sum('handle_times.caused_cost_usd') }} as caused_cost_usd,
        cast(null as double) as order_value_usd,
        cast(null as double) as revenue_usd
    from handle_times
    left outer join tickets on handle_times.ticket_key = tickets.ticket_key
    group by coalesce(tickets.customer_tier, 'unknown'), {{ month_of('handle_times.worked_date') }}
    union all
    select
        coalesce(customers.tier, 'unknown') as customer_tier,
        {{ month_of('orders.ordered_date') }} as cost_month,
        0 as contact_count,
        0 as timed_contact_count,
        0 as costed_contact_count,
        count(*) as order_count,
        count(orders.order_value_usd) as priced_order_count,
        cast(null as double) as caused_cost_usd,
        {{ exact_sum('orders.order_value_usd') }} as order_value_usd,
        {{ exact_sum('orders.revenue_usd') }} as revenue_usd
    from orders
    left outer join customers on orders.customer_key = customers.customer_key
    group by coalesce(customers.tier, 'unknown'), {{ month_of('orders.ordered_date') }}
),

summed as (
    select
        customer_tier,
        cost_month,
        sum(contact_count) as contact_count,
        sum(timed_contact_count) as timed_contact_count,
        sum(costed_contact_count) as costed_contact_count,
        sum(order_count) as order_count,
        sum(priced_order_count) as priced_order_count,
        {{ exact_sum('caused_cost_usd') }} as caused_cost_usd,
        {{ exact_sum('order_value_usd') }} as order_value_usd,
        {{ exact_sum('revenue_usd') }} as revenue_usd
    from counted
    group by customer_tier, cost_month
)

select
    summed.customer_tier,
    coalesce(customer_tiers.tier_group, 'unknown') as tier_group,
    case
        when summed.caused_cost_usd is null then 'no cost of contacts of the tier is known in the month'
        when summed.costed_contact_count < summed.timed_contact_count then 'the cost of some weeks is not known'
        when summed.revenue_usd is null then 'no order value of the tier is known in the month'
    end as missing_reason,
    cast(summed.contact_count as bigint) as contact_count,
    cast(summed.timed_contact_count as bigint) as timed_contact_count,
    cast(summed.costed_contact_count as bigint) as costed_contact_count,
    cast(summed.order_count as bigint) as order_count,
    cast(summed.priced_order_count as bigint) as priced_order_count,
    cast(summed.caused_cost_usd as double) as caused_cost_usd,
    cast(summed.order_value_usd as double) as order_value_usd,
    cast(summed.revenue_usd as double) as revenue_usd,
    {{ ratio(whole_cost('summed'), 'summed.contact_count') }} as cost_usd_per_contact,
    {{ ratio(whole_cost('summed'), 'summed.order_count') }} as cost_usd_per_order,
    {{ ratio(whole_cost('summed'), 'summed.revenue_usd') }} as cost_usd_per_revenue_usd,
    coalesce({{ next_month('summed.cost_month') }} <= horizons.first_incomplete_date, false) as is_complete,
    summed.cost_month
from summed
left outer join customer_tiers on summed.customer_tier = customer_tiers.tier
cross join horizons
