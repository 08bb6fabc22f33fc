-- The strategy, line by line: if our agents do this, our customers will do that. Beside each, how far the metric is from the
-- straight line that leads from the baseline to the dated target. That the one causes the other is a belief until it is tested.
with strategy_objectives as (
    select * from {{ ref('strategy_objectives') }}
),

weekly as (
    select * from {{ ref('rpt_scorecard_values_by_week') }}
),

metric_targets as (
    select * from {{ ref('metric_targets') }}
),

dates as (
    select distinct calendar_week from {{ ref('dim_dates') }}
),

-- Where nobody stated the baseline, it is the mean of the complete weeks, four at most, before its date.
measured_baselines as (
    select
        strategy_objectives.objective_rank,
        avg(weekly.value) as baseline_value
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
        metric_targets.unit,
        metric_targets.direction,
        dates.calendar_week as objective_week,
        coalesce(strategy_objectives.baseline_value, measured_baselines.baseline_value) as start_value,
        case when metric_targets.direction = 'down' then -1e0 when metric_targets.direction = 'up' then 1e0 end as good_sign,
        greatest(least(
            {{ ratio(
                whole_days_between('strategy_objectives.baseline_date', add_days('dates.calendar_week', 7)),
                whole_days_between('strategy_objectives.baseline_date', 'strategy_objectives.target_date')
            ) }}, 1e0
        ), 0e0) as elapsed_share
    from strategy_objectives
    inner join dates on {{ add_days('dates.calendar_week', 7) }} > strategy_objectives.baseline_date
    left outer join metric_targets on strategy_objectives.metric_name = metric_targets.metric_name
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
        when direction is null then 'the metric is not on the scorecard'
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
