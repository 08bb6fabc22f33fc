with sellers as (
    select * from {{ ref('stg_contract__sellers') }}
)

select
    seller_key,
    seller_id,
    source_name,
    market,
    created_at
from sellers
