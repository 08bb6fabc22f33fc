with active_customers as (
    select * from {{ ref('int_active_customers_totalled') }}
)

select
    active_customer_key,
    source_name,
    market,
    plan,
    active_customer_count,
    is_part_of_market,
    is_part_of_total,
    activity_date
from active_customers
