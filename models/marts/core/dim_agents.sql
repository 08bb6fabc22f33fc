with agents as (
    select * from {{ ref('stg_contract__agents') }}
)

select
    agent_key,
    agent_id,
    source_name,
    employment,
    market,
    time_zone,
    hired_date,
    left_date
from agents
