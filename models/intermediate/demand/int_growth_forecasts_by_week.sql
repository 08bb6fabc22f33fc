-- What the newest forecast that was made by then says of each week, past and to come: the same week of last year, grown by a
-- person's yearly rate. Where last year is not known, the four weeks before the forecast grow instead.
with growth_forecasts as (
    select * from {{ ref('growth_forecasts') }}
),

demand as (
    select * from {{ ref('int_demand_by_market_week') }}
),

horizons as (
    select {{ week_of('first_incomplete_date') }} as first_plan_week
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

ahead as (
    select {{ add_days('first_plan_week', '7 * week_number') }} as demand_week
    from (
        select
            first_plan_week,
            {{ each_integer(0, 25) }} as week_number
        from horizons
    ) as numbered
),

weeks as (
    select demand_week from demand
    union
    select demand_week from ahead
),

markets as (
    select distinct market from demand
),

-- A market's own forecast goes before the one for all others; one without a date is always of today.
chosen as (
    select
        markets.market,
        weeks.demand_week,
        growth_forecasts.yearly_growth_ratio,
        coalesce(growth_forecasts.made_date, least(weeks.demand_week, horizons.first_plan_week)) as made_date,
        row_number() over (
            partition by markets.market, weeks.demand_week
            order by growth_forecasts.market asc nulls last, growth_forecasts.made_date desc nulls last
        ) as choice
    from markets
    cross join weeks
    cross join horizons
    left outer join growth_forecasts
        on
            coalesce(growth_forecasts.market, markets.market) = markets.market
            and (growth_forecasts.made_date is null or weeks.demand_week >= growth_forecasts.made_date)
),

recent as (
    select
        chosen.market,
        chosen.demand_week,
        avg(demand.active_customer_day_count) as active_customer_day_count
    from chosen
    inner join demand
        on
            chosen.market = demand.market
            and demand.demand_week >= {{ add_days(week_of('chosen.made_date'), -28) }}
            and demand.demand_week < {{ week_of('chosen.made_date') }}
            and demand.is_complete
    where chosen.choice = 1
    group by chosen.market, chosen.demand_week
)

select
    chosen.market,
    case
        when last_year.active_customer_day_count is not null then 'same week of last year'
        when recent.active_customer_day_count is not null then 'four weeks before the forecast'
    end as forecast_basis,
    chosen.yearly_growth_ratio,
    coalesce(
        last_year.active_customer_day_count * (1e0 + chosen.yearly_growth_ratio),
        recent.active_customer_day_count
        * power(1e0 + chosen.yearly_growth_ratio, {{ whole_days_between('chosen.made_date', 'chosen.demand_week') }} / 364e0)
    ) as forecast_customer_day_count,
    case when actual.is_complete then actual.active_customer_day_count end as active_customer_day_count,
    chosen.made_date,
    chosen.demand_week
from chosen
left outer join recent on chosen.market = recent.market and chosen.demand_week = recent.demand_week
left outer join demand as last_year
    on chosen.market = last_year.market and {{ add_days('chosen.demand_week', -364) }} = last_year.demand_week
left outer join demand as actual on chosen.market = actual.market and chosen.demand_week = actual.demand_week
where chosen.choice = 1
