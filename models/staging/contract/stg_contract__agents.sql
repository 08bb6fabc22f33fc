with source as (
    select * from {{ source('contract', 'agents') }}
),

renamed as (
    select
        agent_key,
        source_name,
        agent_id,
        agent_name,
        employment,
        market,
        time_zone,
        hired_date,
        left_date
    from source
)

select
    agent_key,
    source_name,
    agent_id,
    agent_name,
    employment,
    market,
    time_zone,
    hired_date,
    left_date
from renamed
