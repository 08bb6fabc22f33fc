-- What a plan made for a week knows: contact rate, minutes and how paid time is spent, of the thirteen complete weeks before it;
-- of the latest thirteen for weeks to come. Paid time goes to the markets as the handle time of their contacts did.
with forecasts as (
    select * from {{ ref('int_growth_forecasts_by_week') }}
),

demand as (
    select * from {{ ref('int_demand_by_market_week') }}
    where is_complete
),

team_hours as (
    select * from {{ ref('int_team_hours_by_week') }}
    where is_complete
),

horizons as (
    select {{ week_of('first_incomplete_date') }} as first_plan_week
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

known_weeks as (
    select distinct least(forecasts.demand_week, horizons.first_plan_week) as known_week
    from forecasts
    cross join horizons
),

asked as (
    select
        known_weeks.known_week,
        demand.market,
        cast(sum(demand.contact_count) as bigint) as contact_count,
        sum(demand.handle_seconds) as handle_seconds,
        {{ ratio(
            'sum(case when demand.active_customer_day_count > 0 then demand.contact_count end)',
            'sum(demand.active_customer_day_count)'
        ) }} as contacts_per_customer_day
    from known_weeks
    inner join demand
        on
            demand.demand_week >= {{ add_days('known_weeks.known_week', -91) }}
            and known_weeks.known_week > demand.demand_week
    group by known_weeks.known_week, demand.market
),

worked as (
    select
        known_weeks.known_week,
        count(*) as week_count,
        {{ exact_sum('team_hours.paid_hours') }} as paid_hours,
        {{ exact_sum('team_hours.contractor_priced_hours') }} as contractor_priced_hours,
        {{ exact_sum('team_hours.contractor_cost_usd') }} as contractor_cost_usd,
        case
            when sum(team_hours.on_shift_seconds) > 3600 * {{ exact_sum('team_hours.paid_hours') }} then 0e0
            else 1e0 - {{ ratio('sum(team_hours.on_shift_seconds)', '3600 * ' ~ exact_sum('team_hours.paid_hours')) }}
        end as shrinkage_ratio,
        {{ ratio('sum(team_hours.other_handle_seconds)', 'sum(team_hours.on_shift_seconds)') }} as non_ticket_ratio,
        {{ ratio(
            'sum(team_hours.contact_handle_seconds)',
            'sum(team_hours.on_shift_seconds) - sum(team_hours.other_handle_seconds)'
        ) }} as occupancy_ratio
    from known_weeks
    inner join team_hours
        on
            team_hours.work_week >= {{ add_days('known_weeks.known_week', -91) }}
            and known_weeks.known_week > team_hours.work_week
    group by known_weeks.known_week
)

select
    asked.market,
    asked.contact_count,
    asked.contacts_per_customer_day,
    {{ ratio('asked.handle_seconds', '60 * asked.contact_count') }} as minutes_per_contact,
    {{ ratio('worked.paid_hours', 'worked.week_count') }} * {{ ratio(
        'asked.handle_seconds', 'sum(asked.handle_seconds) over (partition by asked.known_week)'
    ) }} as paid_hours,
    {{ ratio('worked.contractor_cost_usd', 'worked.contractor_priced_hours') }} as contractor_usd_per_hour,
    worked.shrinkage_ratio,
    worked.non_ticket_ratio,
    worked.occupancy_ratio,
    asked.known_week
from asked
left outer join worked on asked.known_week = worked.known_week
