with source as (
    select * from {{ source('contract', 'agent_workdays') }}
),

renamed as (
    select
        agent_workday_key,
        source_name,
        agent_id,
        agent_key,
        currency_code,
        work_hours,
        cost_amount,
        work_date
    from source
)

select
    agent_workday_key,
    source_name,
    agent_id,
    agent_key,
    currency_code,
    work_hours,
    cost_amount,
    work_date
from renamed
