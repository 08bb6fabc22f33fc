-- The people that the forecast of a week needs, market by market, as full-time places: for the work itself, and with what keeps
-- paid people from it. What the seed leaves open is as measured.
with forecasts as (
    select * from {{ ref('int_growth_forecasts_by_week') }}
),

rates as (
    select * from {{ ref('int_support_rates_by_week') }}
),

hiring_assumptions as (
    select * from {{ ref('hiring_assumptions') }}
),

horizons as (
    select {{ week_of('first_incomplete_date') }} as first_plan_week
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

-- A market's own assumptions go before those for all others.
assumed as (
    select
        forecasts.*,
        hiring_assumptions.paid_hours_per_day,
        hiring_assumptions.demand_days,
        hiring_assumptions.working_days,
        hiring_assumptions.shrinkage_ratio,
        hiring_assumptions.non_ticket_ratio,
        hiring_assumptions.occupancy_ratio,
        hiring_assumptions.yearly_attrition_ratio,
        hiring_assumptions.lead_time_weeks,
        hiring_assumptions.ramp_up_weeks,
        hiring_assumptions.ramp_up_productivity_ratio,
        least(forecasts.demand_week, horizons.first_plan_week) as known_week,
        horizons.first_plan_week,
        row_number() over (
            partition by forecasts.market, forecasts.demand_week order by hiring_assumptions.market asc nulls last
        ) as choice
    from forecasts
    cross join horizons
    inner join hiring_assumptions on coalesce(hiring_assumptions.market, forecasts.market) = forecasts.market
),

rated as (
    select
        assumed.*,
        rates.contact_count,
        rates.contacts_per_customer_day,
        rates.minutes_per_contact,
        rates.paid_hours,
        rates.contractor_usd_per_hour,
        coalesce(assumed.shrinkage_ratio, rates.shrinkage_ratio) as applied_shrinkage_ratio,
        coalesce(assumed.non_ticket_ratio, rates.non_ticket_ratio) as applied_non_ticket_ratio,
        coalesce(assumed.occupancy_ratio, rates.occupancy_ratio) as applied_occupancy_ratio,
        {{ full_time_equivalents(
            'assumed.forecast_customer_day_count / assumed.demand_days', 'rates.contacts_per_customer_day',
            'rates.minutes_per_contact', 'assumed.paid_hours_per_day', 'assumed.demand_days', 'assumed.working_days'
        ) }} as work_full_time_equivalents,
        {{ ratio('rates.paid_hours', 'assumed.paid_hours_per_day * assumed.working_days') }}
            as present_full_time_equivalents
    from assumed
    left outer join rates on assumed.market = rates.market and assumed.known_week = rates.known_week
    where assumed.choice = 1
)

select
    market,
    forecast_customer_day_count,
    active_customer_day_count,
    paid_hours_per_day,
    working_days,
    yearly_attrition_ratio,
    lead_time_weeks,
    ramp_up_weeks,
    ramp_up_productivity_ratio,
    contacts_per_customer_day,
    minutes_per_contact,
    contractor_usd_per_hour,
    applied_shrinkage_ratio,
    applied_non_ticket_ratio,
    applied_occupancy_ratio,
    work_full_time_equivalents,
    present_full_time_equivalents,
    {{ ratio(
        'work_full_time_equivalents',
        '(1e0 - applied_shrinkage_ratio) * (1e0 - applied_non_ticket_ratio) * applied_occupancy_ratio'
    ) }} as needed_full_time_equivalents,
    first_plan_week,
    demand_week
from rated
