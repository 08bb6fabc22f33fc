with source as (
    select * from {{ source('contract', 'customers') }}
),

renamed as (
    select
        customer_key,
        source_name,
        customer_id,
        email,
        person_id,
        market,
        language,
        tier,
        created_at
    from source
)

select
    customer_key,
    source_name,
    customer_id,
    email,
    person_id,
    market,
    language,
    tier,
    created_at
from renamed
