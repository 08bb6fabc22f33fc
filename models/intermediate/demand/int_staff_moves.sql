-- Who joined within the thirteen weeks before the plan, has signed to join later, or left within them: one row a person, or a row
-- of the seed signed_hires for people whom no source knows yet.
with needs as (
    select * from {{ ref('int_support_needs_by_week') }}
    where demand_week >= first_plan_week
),

agents as (
    select * from {{ ref('stg_contract__agents') }}
    where coalesce(employment, 'unknown') <> 'bot'
),

agent_workdays as (
    select * from {{ ref('int_agent_workdays_priced') }}
    where exclusion_reason is null
),

signed_hires as (
    select * from {{ ref('signed_hires') }}
),

horizons as (
    select max(first_plan_week) as first_plan_week from needs
),

agent_weeks as (
    select
        agent_workdays.agent_key,
        agent_workdays.employment,
        agent_workdays.work_week,
        sum(agent_workdays.work_hours) as work_hours
    from agent_workdays
    inner join horizons
        on
            agent_workdays.work_week >= {{ add_days('horizons.first_plan_week', -91) }}
            and agent_workdays.work_week < horizons.first_plan_week
    group by agent_workdays.agent_key, agent_workdays.employment, agent_workdays.work_week
),

-- A source of people tells days and no hours: taken for those of their weeks with work, or of their colleagues'.
own as (
    select
        agent_key,
        avg(work_hours) as hours_per_week
    from agent_weeks
    group by agent_key
),

usual as (
    select
        employment,
        avg(work_hours) as hours_per_week
    from agent_weeks
    group by employment
),

dated as (
    select
        agents.agent_key,
        agents.market,
        coalesce(agents.employment, 'unknown') as employment,
        1 as person_count,
        agents.hired_date as moves_date
    from agents
    where agents.left_date is null or agents.left_date > agents.hired_date
    union all
    -- Who leaves later is part of the attrition.
    select
        agents.agent_key,
        agents.market,
        coalesce(agents.employment, 'unknown') as employment,
        -1 as person_count,
        agents.left_date as moves_date
    from agents
    inner join horizons on agents.left_date < horizons.first_plan_week
)

select
    dated.market,
    dated.person_count,
    coalesce(own.hours_per_week, usual.hours_per_week) as hours_per_week,
    dated.moves_date
from dated
left outer join own on dated.agent_key = own.agent_key
left outer join usual on dated.employment = usual.employment
union all
select
    market,
    person_count,
    hours_per_week,
    starts_date as moves_date
from signed_hires
