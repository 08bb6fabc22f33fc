-- What contractors (Upwork) cost beside what they should: the hours that the forecast needs, less those that employees work, at the
-- contractors' rate. The target is a band: below it while demand grows is no thrift, the team is understaffed.
with team_hours as (
    select * from {{ ref('int_team_hours_by_week') }}
),

needs as (
    select * from {{ ref('int_support_needs_by_week') }}
),

assumptions as (
    select assumption_value as band_ratio
    from {{ ref('cost_assumptions') }}
    where assumption_name = 'contractor_band_ratio'
),

-- One market without a forecast leaves the need of all unknown.
needed as (
    select
        demand_week,
        max(contractor_usd_per_hour) as target_usd_per_hour,
        {{ exact_sum('needed_full_time_equivalents * paid_hours_per_day * working_days') }} as needed_hours,
        count(*) - count(needed_full_time_equivalents) as unknown_market_count,
        {{ exact_sum('forecast_customer_day_count') }} as forecast_customer_day_count
    from needs
    group by demand_week
),

moved as (
    select
        *,
        sum(forecast_customer_day_count) over (
            order by demand_week asc nulls last rows between 3 preceding and current row
        ) > sum(forecast_customer_day_count) over (
            order by demand_week asc nulls last rows between 7 preceding and 4 preceding
        ) as is_growing
    from needed
),

targeted as (
    select
        team_hours.*,
        team_hours.paid_hours - team_hours.contractor_hours as employee_hours,
        case when moved.unknown_market_count = 0 then moved.needed_hours end as needed_hours,
        case
            when moved.unknown_market_count = 0
                then greatest(moved.needed_hours - (team_hours.paid_hours - team_hours.contractor_hours), 0e0)
        end as target_hours,
        moved.target_usd_per_hour,
        moved.is_growing,
        assumptions.band_ratio
    from team_hours
    left outer join moved on team_hours.work_week = moved.demand_week
    cross join assumptions
    where team_hours.paid_hours is not null
),

judged as (
    select
        *,
        target_hours * target_usd_per_hour as target_cost_usd,
        case
            when contractor_cost_usd < (1e0 - band_ratio) * target_hours * target_usd_per_hour then 'below'
            when contractor_cost_usd > (1e0 + band_ratio) * target_hours * target_usd_per_hour then 'above'
            when target_hours * target_usd_per_hour is not null and contractor_cost_usd is not null then 'inside'
        end as band_position
    from targeted
)

select
    band_position,
    case
        when band_position = 'below' and is_growing then 'understaffed: below the target while demand grows'
        when band_position = 'below' then 'below the target'
        when band_position = 'above' then 'above the target'
        when band_position = 'inside' then 'on target'
    end as contractor_finding,
    case
        when contractor_cost_usd is null and contractor_hours > 0 then 'no cost of contractors known'
        when contractor_cost_usd is null then 'no contractor worked'
        when needed_hours is null then 'no forecast, no past rates or no share of productive time known'
        when target_usd_per_hour is null then 'no contractor was paid in the thirteen weeks before'
    end as missing_reason,
    cast(workday_count as bigint) as workday_count,
    cast(priced_workday_count as bigint) as priced_workday_count,
    cast(contractor_hours as double) as contractor_hours,
    cast(contractor_cost_usd as double) as contractor_cost_usd,
    cast(contractor_loaded_cost_usd as double) as contractor_loaded_cost_usd,
    {{ ratio('contractor_cost_usd', 'contractor_priced_hours') }} as contractor_usd_per_hour,
    cast(employee_hours as double) as employee_hours,
    cast(needed_hours as double) as needed_hours,
    cast(target_hours as double) as target_hours,
    target_usd_per_hour,
    target_cost_usd,
    (1e0 - band_ratio) * target_cost_usd as band_low_usd,
    (1e0 + band_ratio) * target_cost_usd as band_high_usd,
    coalesce(is_growing, false) as is_growing,
    is_complete,
    work_week
from judged
