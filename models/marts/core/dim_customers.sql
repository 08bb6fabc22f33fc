with customers as (
    select * from {{ ref('stg_contract__customers') }}
)

select
    customer_key,
    source_name,
    market,
    language,
    tier,
    created_at
from customers
