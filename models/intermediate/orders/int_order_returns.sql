with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null and shipped_at is not null
),

returns as (
    select * from {{ ref('int_returns_classified') }}
    where exclusion_reason is null and not is_requested_before_order
),

order_items as (
    select * from {{ ref('int_order_items_classified') }}
    where exclusion_reason is null
),

units as (
    select
        order_key,
        sum(unit_count) as unit_count
    from order_items
    group by order_key
),

asked as (
    select
        order_key,
        min(requested_at) as first_requested_at,
        sum(unit_count) as returned_unit_count,
        count(received_at) > 0 as has_received_return,
        count(refunded_at) > 0 as has_refunded_return
    from returns
    group by order_key
)

select
    orders.order_key,
    orders.source_name,
    orders.market,
    units.unit_count,
    -- More units can be asked back than were bought only by mistake; the ratio of units must not pass 1.
    case
        when asked.order_key is null then 0
        else least(asked.returned_unit_count, coalesce(units.unit_count, asked.returned_unit_count))
    end as returned_unit_count,
    asked.order_key is not null as has_requested_return,
    coalesce(asked.has_received_return, false) as has_received_return,
    coalesce(asked.has_refunded_return, false) as has_refunded_return,
    {{ reporting_date('orders.shipped_at') }} as shipped_date,
    -- A return asked for while the order was on its way to the carrier has waited no time.
    case when asked.order_key is not null then greatest(asked.first_requested_at, orders.shipped_at) end
        as first_requested_at,
    orders.shipped_at,
    orders.complete_through_at
from orders
left outer join asked on orders.order_key = asked.order_key
left outer join units on orders.order_key = units.order_key
