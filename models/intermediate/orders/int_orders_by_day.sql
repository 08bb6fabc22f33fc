with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null
)

select
    market,
    count(*) as order_count,
    {{ reporting_date('ordered_at') }} as ordered_date
from orders
group by market, {{ reporting_date('ordered_at') }}
