with agent_workdays as (
    select * from {{ ref('int_agent_workdays_priced') }}
)

select
    agent_workday_key,
    agent_key,
    source_name,
    employment,
    currency_code,
    unpriced_reason,
    work_hours,
    cost_amount,
    cost_usd,
    loaded_cost_usd,
    work_date,
    work_week
from agent_workdays
where exclusion_reason is null
