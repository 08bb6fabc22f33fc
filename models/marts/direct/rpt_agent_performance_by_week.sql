-- A discussion starter, and no quota: few ratings a person and week, and much that is not the agent's doing. Deeds belong to who
-- did them at that moment, whoever the ticket was or is assigned to.
with agent_weeks as (
    select * from {{ ref('int_agent_weeks') }}
),

adjusted as (
    select * from {{ ref('int_agent_csat_adjusted') }}
),

agents as (
    select * from {{ ref('dim_agents') }}
),

minimums as (
    select
        max(case when metric_name = 'csat_ratio' then minimum_count end) as week_minimum,
        max(case when metric_name = 'agent_csat_ratio' then minimum_count end) as ranked_minimum
    from {{ ref('minimum_counts') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

-- What a bot writes is no work of a teammate, even where the helpdesk calls it an agent.
weeks as (
    select
        agent_weeks.*,
        minimums.week_minimum,
        minimums.ranked_minimum,
        adjusted.positive_count as half_year_positive_count,
        adjusted.response_count as half_year_response_count,
        adjusted.expected_positive_count as half_year_expected_positive_count,
        adjusted.csat_ratio as half_year_csat_ratio,
        adjusted.csat_adjusted_score,
        adjusted.csat_rank,
        adjusted.csat_adjusted_rank,
        adjusted.ranked_agent_count,
        coalesce(adjusted.is_ranked, false) as is_ranked
    from agent_weeks
    cross join minimums
    left outer join agents on agent_weeks.agent_key = agents.agent_key
    left outer join adjusted
        on agent_weeks.agent_key = adjusted.agent_key and agent_weeks.worked_week = adjusted.window_week
    where agents.employment is null or agents.employment <> 'bot'
)

select
    weeks.agent_key,
    weeks.agent_team_name,
    {{ suppression_reason('weeks.own_response_count', 'weeks.week_minimum') }} as suppression_reason,
    {{ suppression_reason('coalesce(weeks.half_year_response_count, 0)', 'weeks.ranked_minimum') }}
        as half_year_suppression_reason,
    cast(weeks.conversation_count as bigint) as conversation_count,
    cast(weeks.reply_count as bigint) as reply_count,
    cast(weeks.closed_count as bigint) as closed_count,
    cast(weeks.first_response_count as bigint) as first_response_count,
    cast(weeks.first_response_calendar_seconds_median as bigint) as first_response_calendar_seconds_median,
    cast(weeks.resolution_calendar_seconds_median as bigint) as resolution_calendar_seconds_median,
    cast(weeks.positive_count as bigint) as positive_count,
    cast(weeks.response_count as bigint) as response_count,
    {%- for name, value in [
        ('csat_ratio', ratio('weeks.positive_count', 'weeks.response_count')),
        ('csat_low_ratio', wilson_bound('weeks.positive_count', 'weeks.response_count', 'low')),
        ('csat_high_ratio', wilson_bound('weeks.positive_count', 'weeks.response_count', 'high')),
    ] %}
        case when weeks.response_count >= weeks.week_minimum then {{ value }} end as {{ name }},
    {%- endfor %}
    cast(weeks.own_positive_count as bigint) as own_positive_count,
    cast(weeks.own_response_count as bigint) as own_response_count,
    {%- for name, value in [
        ('own_csat_ratio', ratio('weeks.own_positive_count', 'weeks.own_response_count')),
        ('own_csat_low_ratio', wilson_bound('weeks.own_positive_count', 'weeks.own_response_count', 'low')),
        ('own_csat_high_ratio', wilson_bound('weeks.own_positive_count', 'weeks.own_response_count', 'high')),
    ] %}
        case when weeks.own_response_count >= weeks.week_minimum then {{ value }} end as {{ name }},
    {%- endfor %}
    cast(coalesce(weeks.half_year_positive_count, 0) as bigint) as half_year_positive_count,
    cast(coalesce(weeks.half_year_response_count, 0) as bigint) as half_year_response_count,
    {%- for name, value in [
        ('half_year_csat_ratio', 'weeks.half_year_csat_ratio'),
        ('half_year_csat_low_ratio', wilson_bound('weeks.half_year_positive_count', 'weeks.half_year_response_count', 'low')),
        ('half_year_csat_high_ratio', wilson_bound('weeks.half_year_positive_count', 'weeks.half_year_response_count', 'high')),
    ] %}
        case when weeks.is_ranked then {{ value }} end as {{ name }},
    {%- endfor %}
    coalesce(weeks.half_year_expected_positive_count, 0e0) as half_year_expected_positive_count,
    case when weeks.is_ranked then weeks.csat_adjusted_score end as csat_adjusted_score,
    weeks.csat_rank,
    weeks.csat_adjusted_rank,
    cast(weeks.ranked_agent_count as bigint) as ranked_agent_count,
    weeks.is_ranked and abs(weeks.csat_rank - weeks.csat_adjusted_rank) >= greatest(1, weeks.ranked_agent_count / 10e0)
        as is_csat_rank_disputed,
    {{ add_days('weeks.worked_week', 6) }} < horizons.first_incomplete_date as is_complete,
    weeks.worked_week
from weeks
cross join horizons
