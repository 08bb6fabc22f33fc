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

-- Returns may come from another source than orders, and later: nobody knows of those that it has not delivered yet.
return_sources as (
    select distinct source_name from {{ ref('int_returns_classified') }}
),

horizon as (
    select min(horizons.complete_through_at) as complete_through_at
    from {{ ref('int_source_horizons') }} as horizons
    inner join return_sources on horizons.source_name = return_sources.source_name
),

units as (
    select
        order_key,
        case when min(seller_key) = max(seller_key) then min(seller_key) end as seller_key,
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
    coalesce(orders.seller_key, units.seller_key) as seller_key,
    orders.source_name,
    orders.market,
    units.unit_count,
    -- More units can be asked back than were bought only by mistake; the ratio of units must not pass 1.
    case
        when asked.order_key is null then 0
        else least(asked.returned_unit_count, coalesce(units.unit_count, asked.returned_unit_count))
    end as returned_unit_count,
    -- A return asked for while the order was on its way to the carrier has waited no time.
    case
        when asked.order_key is not null
            then greatest({{ epoch_seconds('asked.first_requested_at') }} - {{ epoch_seconds('orders.shipped_at') }}, 0)
    end as delay_calendar_seconds,
    {{ epoch_seconds('least(orders.complete_through_at, horizon.complete_through_at)') }}
    - {{ epoch_seconds('orders.shipped_at') }} as watched_calendar_seconds,
    asked.order_key is not null as has_requested_return,
    coalesce(asked.has_received_return, false) as has_received_return,
    coalesce(asked.has_refunded_return, false) as has_refunded_return,
    {{ reporting_date('orders.shipped_at') }} as shipped_date,
    asked.first_requested_at,
    orders.shipped_at
from orders
cross join horizon
left outer join asked on orders.order_key = asked.order_key
left outer join units on orders.order_key = units.order_key
