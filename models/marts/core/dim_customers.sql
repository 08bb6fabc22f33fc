with customers as (
    select * from {{ ref('stg_contract__customers') }}
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
)

select
    customers.customer_key,
    customers_linked.person_key,
    customers.source_name,
    customers.market,
    customers.language,
    customers.tier,
    customers.created_at
from customers
left outer join customers_linked on customers.customer_key = customers_linked.customer_key
