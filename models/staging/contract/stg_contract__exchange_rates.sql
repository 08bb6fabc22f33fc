with source as (
    select * from {{ source('contract', 'exchange_rates') }}
),

renamed as (
    select
        exchange_rate_key,
        source_name,
        currency_code,
        usd_per_unit,
        rate_date
    from source
)

select
    exchange_rate_key,
    source_name,
    currency_code,
    usd_per_unit,
    rate_date
from renamed
