-- A day's pay in dollars, bare and loaded with what else the person costs. A day without a price keeps its hours.
with agent_workdays as (
    select * from {{ ref('stg_contract__agent_workdays') }}
),

agents as (
    select * from {{ ref('stg_contract__agents') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

assumptions as (
    select
        max(case when assumption_name = 'employee_overhead_ratio' then assumption_value end) as employee_ratio,
        max(case when assumption_name = 'contractor_overhead_ratio' then assumption_value end) as contractor_ratio,
        max(case when assumption_name = 'unknown_overhead_ratio' then assumption_value end) as unknown_ratio
    from {{ ref('cost_assumptions') }}
),

priced as (
    select
        agent_workdays.agent_workday_key,
        agent_workdays.agent_key,
        agent_workdays.source_name,
        coalesce(agents.employment, 'unknown') as employment,
        agent_workdays.currency_code,
        case
            when agent_workdays.work_hours < 0 or agent_workdays.work_hours > 24 then 'hours that no day has'
            when agent_workdays.cost_amount < 0 then 'negative cost'
        end as exclusion_reason,
        case
            when agent_workdays.cost_amount is null then 'no cost delivered'
            when exchange_rates.usd_per_unit is null then 'no exchange rate of the week before'
        end as unpriced_reason,
        agent_workdays.work_hours,
        agent_workdays.cost_amount,
        agent_workdays.cost_amount * exchange_rates.usd_per_unit as cost_usd,
        agent_workdays.work_date
    from agent_workdays
    left outer join agents on agent_workdays.agent_key = agents.agent_key
    left outer join exchange_rates
        on
            agent_workdays.currency_code = exchange_rates.currency_code
            and agent_workdays.work_date >= exchange_rates.valid_from_date
            and agent_workdays.work_date < exchange_rates.valid_before_date
)

select
    priced.*,
    priced.cost_usd * (
        1e0 + case
            when priced.employment = 'employee' then assumptions.employee_ratio
            when priced.employment = 'contractor' then assumptions.contractor_ratio
            else assumptions.unknown_ratio
        end
    ) as loaded_cost_usd,
    {{ week_of('priced.work_date') }} as work_week
from priced
cross join assumptions
