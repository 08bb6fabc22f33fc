-- Who somebody is, by the accounts that are no helpdesk's: to a helpdesk a customer begins with the first question, and it knows
-- no plan. Of several accounts of one person the newest describes, and the oldest is the sign-up.
with customers as (
    select * from {{ ref('stg_contract__customers') }}
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

helpdesks as (
    select distinct source_name from {{ ref('int_contacts') }}
),

accounts as (
    select
        customers_linked.person_key,
        customers.tier,
        customers.language,
        customers.created_at,
        row_number() over (
            partition by customers_linked.person_key
            order by customers.created_at desc nulls last, customers.customer_key asc nulls last
        ) as newest_number
    from customers
    inner join customers_linked on customers.customer_key = customers_linked.customer_key
    where customers.source_name not in (select helpdesks.source_name from helpdesks)
)

select
    person_key,
    max(case when newest_number = 1 then tier end) as customer_tier,
    max(case when newest_number = 1 then language end) as language,
    min(created_at) as signed_up_at
from accounts
group by person_key
