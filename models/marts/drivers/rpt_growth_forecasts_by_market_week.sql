with forecasts as (
    select * from {{ ref('int_growth_forecasts_by_week') }}
)

select
    market,
    forecast_basis,
    case
        when forecast_customer_day_count is null then 'neither last year nor the weeks before the forecast are known'
        when active_customer_day_count is null then 'not over yet, or not delivered'
    end as missing_reason,
    1e0 + yearly_growth_ratio as yearly_growth_factor,
    cast(forecast_customer_day_count as double) as forecast_customer_day_count,
    active_customer_day_count,
    {{ ratio('active_customer_day_count', 'forecast_customer_day_count') }} as forecast_error_factor,
    active_customer_day_count is not null as is_complete,
    made_date,
    demand_week as plan_week
from forecasts
