-- The metrics in the strategy's order, one row for each of the weeks that the data span, with what they are compared with.
with weekly as (
    select * from {{ ref('rpt_scorecard_values_by_week') }}
),

metric_targets as (
    select * from {{ ref('metric_targets') }}
),

entities_delivered as (
    select * from {{ ref('int_entities_delivered') }}
),

weeks as (
    select distinct calendar_week from {{ ref('dim_dates') }}
),

spine as (
    select
        metric_targets.*,
        entities_delivered.entity_name is not null as is_delivered,
        weeks.calendar_week as scorecard_week
    from metric_targets
    cross join weeks
    left outer join entities_delivered on metric_targets.required_entity = entities_delivered.entity_name
)

select
    spine.metric_name,
    spine.metric_label,
    spine.metric_group,
    spine.unit,
    spine.direction,
    spine.owner,
    case
        when weekly.value is not null then cast(null as varchar)
        when not spine.is_delivered then 'no source delivers ' || spine.required_entity
        when spine.metric_name = 'contact_intensity' and weekly.numerator_value is not null then 'no orders in the week'
        when weekly.denominator_count > 0 then 'only a proxy of it is delivered'
        else 'nothing to measure in the week'
    end as missing_reason,
    spine.metric_rank,
    weekly.numerator_value,
    cast(weekly.denominator_count as bigint) as denominator_count,
    case when spine.is_delivered then weekly.value end as value,
    case when spine.is_delivered then weekly.low_value end as low_value,
    case when spine.is_delivered then weekly.high_value end as high_value,
    case when spine.is_delivered then weekly.completed_value end as completed_value,
    case when spine.is_delivered then weekly.completed_low_value end as completed_low_value,
    case when spine.is_delivered then weekly.completed_high_value end as completed_high_value,
    spine.target_value,
    previous_week.value as previous_week_value,
    four_weeks_ago.value as four_weeks_ago_value,
    last_year.value as last_year_value,
    weekly.is_at_least,
    coalesce(weekly.is_complete, false) as is_complete,
    coalesce(weekly.is_mature, false) as is_mature,
    spine.scorecard_week
from spine
left outer join weekly
    on spine.metric_name = weekly.metric_name and spine.scorecard_week = weekly.scorecard_week
left outer join weekly as previous_week
    on
        spine.metric_name = previous_week.metric_name
        and {{ add_days('spine.scorecard_week', -7) }} = previous_week.scorecard_week
left outer join weekly as four_weeks_ago
    on
        spine.metric_name = four_weeks_ago.metric_name
        and {{ add_days('spine.scorecard_week', -28) }} = four_weeks_ago.scorecard_week
left outer join weekly as last_year
    on
        spine.metric_name = last_year.metric_name
        and {{ add_days('spine.scorecard_week', -364) }} = last_year.scorecard_week
