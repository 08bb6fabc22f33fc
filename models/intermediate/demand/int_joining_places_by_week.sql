-- Who is there now and not in the mean of the thirteen weeks before, or the other way round: people who have signed, or begun
-- within these weeks, add what the mean does not hold of them, from the week of the first day on and less while they learn; who
-- has left within them takes along what it holds. Agents with such a day, and the seed signed_hires for whom no source knows.
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
),

moves as (
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
),

-- Who serves no market that is planned serves all, each by its part of the people of today.
markets as (
    select
        market,
        coalesce(
            {{ ratio('max(present_full_time_equivalents)', 'sum(max(present_full_time_equivalents)) over ()') }},
            1e0 / count(*) over ()
        ) as present_ratio
    from needs
    where demand_week = first_plan_week
    group by market
),

placed as (
    select
        markets.market,
        moves.person_count * case when known.market is null then markets.present_ratio else 1e0 end as person_count,
        moves.hours_per_week,
        -- The part of the thirteen weeks after the move.
        greatest({{ whole_days_between('moves.moves_date', 'horizons.first_plan_week') }}, 0) / 91e0 as counted_ratio,
        {{ week_of('moves.moves_date') }} as moves_week
    from moves
    inner join horizons on moves.moves_date > {{ add_days('horizons.first_plan_week', -91) }}
    left outer join markets as known on moves.market = known.market
    inner join markets on coalesce(known.market, markets.market) = markets.market
)

select
    needs.market,
    {{ exact_sum(
        "placed.person_count * coalesce(placed.hours_per_week / (needs.paid_hours_per_day * needs.working_days), 1e0) * (case
            when placed.person_count > 0 and needs.demand_week < " ~ add_days('placed.moves_week', '7 * needs.ramp_up_weeks') ~ "
                then needs.ramp_up_productivity_ratio
            else 1e0
        end - placed.counted_ratio)"
    ) }} as joining_full_time_equivalents,
    needs.demand_week
from needs
inner join placed on needs.market = placed.market and needs.demand_week >= placed.moves_week
group by needs.market, needs.demand_week
