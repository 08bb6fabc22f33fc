with source as (
    select * from {{ source('contract', 'sellers') }}
),

renamed as (
    select
        seller_key,
        source_name,
        seller_id,
        market,
        created_at
    from source
)

select
    seller_key,
    source_name,
    seller_id,
    market,
    created_at
from renamed
