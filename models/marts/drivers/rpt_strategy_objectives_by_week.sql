-- The strategy, line by line: if our agents do this, our customers will do that. Beside each, how far the metric is from the
-- straight line that leads from the baseline to the dated target. That the one causes the other is a belief until it is tested.
with strategy_objectives as (
    select * from {{ ref('strategy_objectives') }}
),

scorecard as (
    select * from {{ ref('rpt_scorecard_values_by_week') }}
),

retention as (
    select * from {{ ref('rpt_retention_by_month') }}
    where market = 'all' and is_complete
),

metric_targets as (
    select * from {{ ref('metric_targets') }}
),

dates as (
    select distinct calendar_week from {{ ref('dim_dates') }}
),

months as (
    select
        'retention_ratio' as metric_name,
        previous_ordering_customer_count as denominator_count,
        retention_ratio as value,
        retention_low_ratio as low_value,
        retention_high_ratio as high_value,
        active_month
    from retention
    union all
    select
        'repeat_order_ratio' as metric_name,
        repeat_known_order_count as denominator_count,
        repeat_order_ratio as value,
        {{ wilson_bound('repeat_order_count', 'repeat_known_order_count', 'low') }} as low_value,
        {{ wilson_bound('repeat_order_count', 'repeat_known_order_count', 'high') }} as high_value,
        active_month
    from retention
),

-- What is known by month stands in every week by whose end the month was the last one over.
weekly as (
    select
        scorecard.metric_name,
        metric_targets.unit,
        metric_targets.direction,
        scorecard.denominator_count,
        scorecard.value,
        scorecard.low_value,
        scorecard.high_value,
        scorecard.is_complete,
        scorecard.is_mature,
        scorecard.scorecard_week
    from scorecard
    inner join metric_targets on scorecard.metric_name = metric_targets.metric_name
    union all
    select
        months.metric_name,
        'ratio' as unit,
        'up' as direction,
        months.denominator_count,
        months.value,
        months.low_value,
        months.high_value,
        true as is_complete,
        true as is_mature,
        dates.calendar_week as scorecard_week
    from months
    inner join dates on {{ next_month('months.active_month') }} = {{ month_of(add_days('dates.calendar_week', 7)) }}
),

metrics as (
    select distinct
        metric_name,
        unit,
        direction
    from weekly
),

-- Where nobody stated the baseline, it is the mean of the complete weeks, four at most, before its date.
measured_baselines as (
    select
        strategy_objectives.objective_rank,
        {{ ratio(exact_sum('weekly.value'), 'count(weekly.value)') }} as baseline_value
    from strategy_objectives
    inner join weekly
        on
            strategy_objectives.metric_name = weekly.metric_name
            and weekly.scorecard_week >= {{ add_days('strategy_objectives.baseline_date', -28) }}
            and {{ add_days('weekly.scorecard_week', 7) }} <= strategy_objectives.baseline_date
            and weekly.is_complete
    group by strategy_objectives.objective_rank
),

placed as (
    select
        strategy_objectives.*,
        metrics.unit,
        metrics.direction,
        dates.calendar_week as objective_week,
        coalesce(strategy_objectives.baseline_value, measured_baselines.baseline_value) as start_value,
        case when metrics.direction = 'down' then -1e0 when metrics.direction = 'up' then 1e0 end as good_sign,
        greatest(least(
            {{ ratio(
                whole_days_between('strategy_objectives.baseline_date', add_days('dates.calendar_week', 7)),
                whole_days_between('strategy_objectives.baseline_date', 'strategy_objectives.target_date')
            ) }}, 1e0
        ), 0e0) as elapsed_share
    from strategy_objectives
    inner join dates on {{ add_days('dates.calendar_week', 7) }} > strategy_objectives.baseline_date
    left outer join metrics on strategy_objectives.metric_name = metrics.metric_name
    left outer join measured_baselines on strategy_objectives.objective_rank = measured_baselines.objective_rank
),

compared as (
    select
        placed.*,
        weekly.value,
        weekly.low_value,
        weekly.high_value,
        weekly.denominator_count,
        coalesce(weekly.is_complete, false) as is_complete,
        coalesce(weekly.is_mature, false) as is_mature,
        placed.start_value + (placed.target_value - placed.start_value) * placed.elapsed_share as path_value
    from placed
    left outer join weekly
        on placed.metric_name = weekly.metric_name and placed.objective_week = weekly.scorecard_week
)

select
    objective_name,
    agents_do,
    customers_do,
    metric_name,
    unit,
    direction,
    owner,
    source_document,
    case
        when value is null or path_value is null then 'not known'
        when not is_complete then 'not complete yet'
        when good_sign * (value - target_value) >= 0 then 'at the target'
        when good_sign * (value - path_value) >= 0 then 'on the path'
        when low_value <= path_value and high_value >= path_value then 'behind, within the noise'
        else 'behind'
    end as objective_status,
    case
        when direction is null then 'no report has the metric'
        when value is null then 'nothing measured in the week'
        when path_value is null then 'no baseline is stated or measured'
    end as missing_reason,
    objective_rank,
    cast(denominator_count as bigint) as denominator_count,
    value,
    low_value,
    high_value,
    start_value as baseline_value,
    target_value,
    path_value,
    good_sign * (value - path_value) as deviation_value,
    is_complete,
    is_mature,
    baseline_date,
    target_date,
    objective_week
from compared
