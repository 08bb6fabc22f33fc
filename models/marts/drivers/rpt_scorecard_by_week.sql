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

median_windows as (
    select * from {{ ref('int_first_response_windows') }}
),

spine as (
    select
        metric_targets.*,
        entities_delivered.entity_name is not null as is_delivered,
        weeks.calendar_week as scorecard_week
    from metric_targets
    cross join weeks
    left outer join entities_delivered on metric_targets.required_entity = entities_delivered.entity_name
),

-- What adds up is added up over the latest four and 26 weeks, however many of them had anything to measure.
summed as (
    select
        spine.metric_name,
        spine.scorecard_week,
        case when spine.unit in ('contacts per 100 orders', 'points') then 100 else 1 end as unit_factor,
        row_number() over (partition by spine.metric_name order by spine.scorecard_week asc nulls last) as week_number,
        sum(weekly.numerator_value) over four_weeks as four_week_numerator_value,
        sum(weekly.denominator_count) over four_weeks as four_week_denominator_count,
        max(case when weekly.is_at_least then 1 else 0 end) over four_weeks = 1 as is_four_week_at_least,
        sum(weekly.numerator_value) over half_year as half_year_numerator_value,
        sum(weekly.denominator_count) over half_year as half_year_denominator_count,
        max(case when weekly.is_at_least then 1 else 0 end) over half_year = 1 as is_half_year_at_least
    from spine
    left outer join weekly
        on spine.metric_name = weekly.metric_name and spine.scorecard_week = weekly.scorecard_week
    where spine.is_delivered
    window
        four_weeks as (
            partition by spine.metric_name order by spine.scorecard_week asc nulls last
            rows between 3 preceding and current row
        ),
        half_year as (
            partition by spine.metric_name order by spine.scorecard_week asc nulls last
            rows between 25 preceding and current row
        )
),

added_up as (
    select
        metric_name,
        scorecard_week,
        case when week_number >= 4 then four_week_denominator_count end as four_week_denominator_count,
        case
            when week_number >= 4
                then unit_factor * {{ ratio('four_week_numerator_value', 'four_week_denominator_count') }}
        end as four_week_value,
        is_four_week_at_least,
        case when week_number >= 26 then half_year_denominator_count end as half_year_denominator_count,
        case
            when week_number >= 26
                then unit_factor * {{ ratio('half_year_numerator_value', 'half_year_denominator_count') }}
        end as half_year_value,
        is_half_year_at_least
    from summed
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
    case when spine.is_delivered then weekly.maturity_ratio end as maturity_ratio,
    coalesce(weekly.week_target_value, spine.target_value) as target_value,
    previous_week.value as previous_week_value,
    four_weeks_ago.value as four_weeks_ago_value,
    last_year.value as last_year_value,
    coalesce(four_week_medians.first_response_calendar_seconds_median, added_up.four_week_value) as four_week_value,
    cast(added_up.four_week_denominator_count as bigint) as four_week_denominator_count,
    coalesce(half_year_medians.first_response_calendar_seconds_median, added_up.half_year_value) as half_year_value,
    cast(added_up.half_year_denominator_count as bigint) as half_year_denominator_count,
    weekly.is_at_least,
    coalesce(four_week_medians.is_first_response_calendar_seconds_median_at_least, added_up.is_four_week_at_least)
        as is_four_week_at_least,
    coalesce(half_year_medians.is_first_response_calendar_seconds_median_at_least, added_up.is_half_year_at_least)
        as is_half_year_at_least,
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
left outer join added_up
    on spine.metric_name = added_up.metric_name and spine.scorecard_week = added_up.scorecard_week
left outer join median_windows as four_week_medians
    on
        spine.metric_name = 'first_response_calendar_seconds_median'
        and spine.scorecard_week = four_week_medians.last_week
        and four_week_medians.window_weeks = 4
left outer join median_windows as half_year_medians
    on
        spine.metric_name = 'first_response_calendar_seconds_median'
        and spine.scorecard_week = half_year_medians.last_week
        and half_year_medians.window_weeks = 26
