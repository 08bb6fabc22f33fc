with source as (
    select * from {{ source('contract', 'active_customers') }}
),

renamed as (
    select
        active_customer_key,
        source_name,
        market,
        plan,
        active_customer_count,
        activity_date
    from source
)

select
    active_customer_key,
    source_name,
    market,
    plan,
    active_customer_count,
    activity_date
from renamed
