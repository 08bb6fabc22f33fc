with returns as (
    select * from {{ ref('stg_contract__returns') }}
),

orders as (
    select * from {{ ref('int_orders_shipped') }}
)

select
    returns.return_key,
    returns.order_key,
    returns.order_item_key,
    returns.source_name,
    coalesce(orders.market, 'unknown') as market,
    returns.return_reason,
    case when orders.exclusion_reason is not null then 'its order is excluded: ' || orders.exclusion_reason end
        as exclusion_reason,
    returns.unit_count,
    orders.order_key is null as is_order_unknown,
    coalesce(returns.requested_at < orders.ordered_at, false) as is_requested_before_order,
    orders.shipped_at,
    returns.requested_at,
    returns.received_at,
    returns.refunded_at
from returns
left outer join orders on returns.order_key = orders.order_key
