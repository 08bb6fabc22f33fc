-- Who has lately begun or left, or has signed and not begun: people and hours by the day. Agents with such a day, and the seed
-- signed_hires for whom no source knows. Who leaves later is part of the attrition.
with agents as (
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
    select {{ week_of('first_incomplete_date') }} as first_plan_week
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

-- A source of people tells days and no hours: taken for those of their weeks with work, or of their colleagues'.
agent_weeks as (
    select
        agent_workdays.agent_key,
        agent_workdays.employment,
        agent_workdays.work_week,
        {{ exact_sum('agent_workdays.work_hours') }} as work_hours
    from agent_workdays
    inner join horizons
        on
            agent_workdays.work_week >= {{ add_days('horizons.first_plan_week', -91) }}
            and agent_workdays.work_week < horizons.first_plan_week
    group by agent_workdays.agent_key, agent_workdays.employment, agent_workdays.work_week
),

own as (
    select
        agent_key,
        {{ ratio(exact_sum('work_hours'), 'count(work_hours)') }} as hours_per_week
    from agent_weeks
    group by agent_key
),

usual as (
    select
        employment,
        {{ ratio(exact_sum('work_hours'), 'count(work_hours)') }} as hours_per_week
    from agent_weeks
    group by employment
),

dated as (
    select
        agent_key,
        market,
        employment,
        1 as person_count,
        hired_date as moves_date
    from agents
    where left_date is null or left_date > hired_date
    union all
    select
        agents.agent_key,
        agents.market,
        agents.employment,
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
inner join horizons on dated.moves_date > {{ add_days('horizons.first_plan_week', -91) }}
left outer join own on dated.agent_key = own.agent_key
left outer join usual on coalesce(dated.employment, 'unknown') = usual.employment
union all
select
    signed_hires.market,
    signed_hires.person_count,
    signed_hires.hours_per_week,
    signed_hires.starts_date as moves_date
from signed_hires
inner join horizons on signed_hires.starts_date > {{ add_days('horizons.first_plan_week', -91) }}
