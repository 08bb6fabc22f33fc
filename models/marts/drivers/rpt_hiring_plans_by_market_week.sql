-- Who is missing when, and by when to look for them. Per market and week to come: the people that the forecast needs, those of
-- today who will still be there with those who join, and the gap. Places are of the work, not of the people: what a
-- market of half a place needs may be somebody who serves two.
with needs as (
    select * from {{ ref('int_support_needs_by_week') }}
),

joining_places as (
    select * from {{ ref('int_joining_places_by_week') }}
),

scenarios as (
    select * from {{ ref('hiring_scenarios') }}
),

-- How wrong the forecast was in the last half year: weeks that are over, each by what was forecast for it.
past_errors as (
    select
        market,
        count(*) as past_week_count,
        {{ ratio(exact_sum('abs(active_customer_day_count - forecast_customer_day_count)'), exact_sum('forecast_customer_day_count')) }}
            as mean_forecast_error_ratio,
        {{ ratio(exact_sum('active_customer_day_count'), exact_sum('forecast_customer_day_count')) }} as forecast_bias_factor
    from needs
    where
        active_customer_day_count is not null and forecast_customer_day_count is not null
        and demand_week >= {{ add_days('first_plan_week', -182) }}
    group by market
),

planned as (
    select
        needs.*,
        scenarios.scenario_rank,
        scenarios.scenario_name,
        cast({{ whole_days_between('needs.first_plan_week', 'needs.demand_week') }} / 7 as integer) as weeks_ahead,
        needs.forecast_customer_day_count * (1e0 + scenarios.growth_change_ratio) as planned_customer_day_count,
        needs.contacts_per_customer_day * (1e0 + scenarios.contact_rate_change_ratio) as planned_contacts_per_customer_day,
        needs.minutes_per_contact * (1e0 + scenarios.handle_time_change_ratio) as planned_minutes_per_contact,
        (1e0 + scenarios.growth_change_ratio) * (1e0 + scenarios.contact_rate_change_ratio)
        * (1e0 + scenarios.handle_time_change_ratio) as scenario_factor,
        past_errors.past_week_count,
        past_errors.mean_forecast_error_ratio,
        past_errors.forecast_bias_factor,
        coalesce(joining_places.joining_full_time_equivalents, 0e0) as joining_full_time_equivalents
    from needs
    cross join scenarios
    left outer join joining_places on needs.market = joining_places.market and needs.demand_week = joining_places.demand_week
    left outer join past_errors on needs.market = past_errors.market
    where needs.demand_week >= needs.first_plan_week
),

weighed as (
    select
        *,
        scenario_factor * work_full_time_equivalents as planned_work_count,
        scenario_factor * needed_full_time_equivalents as planned_need_count,
        present_full_time_equivalents * power(1e0 - yearly_attrition_ratio, weeks_ahead / 52e0) as staying_count
    from planned
),

-- Who has left may have had more hours than are left of all; nobody is there less than not at all.
peopled as (
    select
        *,
        case
            when staying_count + joining_full_time_equivalents < 0e0 then 0e0
            else staying_count + joining_full_time_equivalents
        end as available_count
    from weighed
),

compared as (
    select
        *,
        planned_need_count - available_count as gap_count
    from peopled
),

-- The first week in which somebody is missing. Half of a place is the least that is looked for. How many to look for is what is
-- missing when they can be there: a peak that is over by then is no place for anybody.
summed as (
    select
        *,
        min(case when gap_count >= 0.5e0 then demand_week end) over (partition by market, scenario_name)
            as first_short_week,
        min(case when gap_count >= 0.5e0 and weeks_ahead >= lead_time_weeks then demand_week end)
            over (partition by market, scenario_name) as first_hired_for_week,
        max(case when weeks_ahead >= lead_time_weeks then gap_count end) over (partition by market, scenario_name)
            as largest_gap_count
    from compared
),

hired as (
    select
        *,
        -- Nobody knows how many where the gap is not known.
        case
            when largest_gap_count >= 0.5e0 then floor(largest_gap_count + 0.5e0)
            when largest_gap_count is not null then 0e0
        end as hire_count
    from summed
),

dated as (
    select
        *,
        {{ add_days('first_hired_for_week', '-7 * (lead_time_weeks + ramp_up_weeks)') }} as start_hiring_week,
        hire_count * case
            when weeks_ahead < lead_time_weeks then 0e0
            when weeks_ahead < lead_time_weeks + ramp_up_weeks then ramp_up_productivity_ratio
            else 1e0
        end as started_now_count
    from hired
)

select
    market,
    scenario_name,
    case
        when planned_need_count is null or staying_count is null then null
        when first_short_week is null then 'enough people for the half year'
        when first_hired_for_week is null then 'too soon for new people: bridge the gap with contractors'
        when start_hiring_week < first_plan_week then 'late: start now, and bridge the gap with contractors'
        when start_hiring_week = first_plan_week and first_short_week = first_hired_for_week then 'start this week'
        when start_hiring_week = first_plan_week then 'start this week, and bridge the gap before with contractors'
        when first_short_week = first_hired_for_week then 'start later'
        else 'start later, and bridge the gap before with contractors'
    end as hiring_advice,
    case
        when forecast_customer_day_count is null then 'no forecast: no active customers of a year ago or of the weeks before'
        when minutes_per_contact is null or contacts_per_customer_day is null then 'no contacts or handle times to measure'
        when needed_full_time_equivalents is null then 'the share of productive time is neither stated nor measured'
        when staying_count is null then 'no paid hours are delivered: who is there is not known'
    end as missing_reason,
    scenario_rank,
    weeks_ahead as weeks_ahead_count,
    cast(planned_customer_day_count as double) as forecast_customer_day_count,
    cast(past_week_count as bigint) as past_week_count,
    mean_forecast_error_ratio,
    forecast_bias_factor,
    planned_contacts_per_customer_day as contacts_per_customer_day,
    planned_minutes_per_contact as minutes_per_contact,
    applied_shrinkage_ratio as planned_shrinkage_ratio,
    applied_non_ticket_ratio as planned_non_ticket_ratio,
    applied_occupancy_ratio as planned_occupancy_ratio,
    planned_work_count as work_full_time_equivalents,
    planned_need_count as needed_full_time_equivalents,
    planned_need_count * (1e0 - mean_forecast_error_ratio) as needed_low_full_time_equivalents,
    planned_need_count * (1e0 + mean_forecast_error_ratio) as needed_high_full_time_equivalents,
    planned_need_count - needed_full_time_equivalents as scenario_change_full_time_equivalents,
    present_full_time_equivalents,
    staying_count as staying_full_time_equivalents,
    present_full_time_equivalents - staying_count as attrition_full_time_equivalents,
    joining_full_time_equivalents,
    available_count as available_full_time_equivalents,
    gap_count as gap_full_time_equivalents,
    cast(hire_count as bigint) as hire_count,
    available_count + started_now_count as started_now_full_time_equivalents,
    case when gap_count < started_now_count then 0e0 else gap_count - started_now_count end as bridge_full_time_equivalents,
    cast(7 * lead_time_weeks as integer) as lead_time_days,
    cast(7 * ramp_up_weeks as integer) as ramp_up_days,
    gap_count >= 0.5e0 as is_short,
    demand_week as plan_week,
    first_short_week,
    start_hiring_week
from dated
