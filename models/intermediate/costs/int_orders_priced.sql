-- What an order is worth in dollars, by the rate of the day it was placed, and what of that is revenue. A cancelled order is
-- worth nothing. Where a source states no total, the lines count.
with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null
),

order_items as (
    select * from {{ ref('int_order_items_classified') }}
    where exclusion_reason is null
),

exchange_rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

assumptions as (
    select assumption_value as kept_ratio
    from {{ ref('cost_assumptions') }}
    where assumption_name = 'order_value_kept_ratio'
),

line_totals as (
    select
        order_key,
        {{ exact_sum('price_amount + coalesce(freight_amount, 0e0)') }} as total_amount
    from order_items
    group by order_key
),

valued as (
    select
        orders.order_key,
        orders.customer_key,
        orders.market,
        case
            when orders.cancelled_at is not null then 0e0
            else coalesce(orders.total_amount, line_totals.total_amount) * exchange_rates.usd_per_unit
        end as order_value_usd,
        {{ reporting_date('orders.ordered_at') }} as ordered_date
    from orders
    left outer join line_totals on orders.order_key = line_totals.order_key
    left outer join exchange_rates
        on
            orders.currency_code = exchange_rates.currency_code
            and {{ reporting_date('orders.ordered_at') }} >= exchange_rates.valid_from_date
            and {{ reporting_date('orders.ordered_at') }} < exchange_rates.valid_before_date
)

select
    valued.order_key,
    valued.customer_key,
    valued.market,
    valued.order_value_usd,
    valued.order_value_usd * assumptions.kept_ratio as revenue_usd,
    valued.ordered_date
from valued
cross join assumptions
