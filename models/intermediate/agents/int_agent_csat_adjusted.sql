-- Indirect standardisation: what would be expected of anybody with this agent's mix of contacts, and how the agent did beside it.
-- Small strata are put together within their reason, and what is still small altogether, so that each rating is in one
-- stratum and the expected ratings of all agents add up to the observed ones.
with windows as (
    select * from {{ ref('int_agent_csat_windows') }}
),

minimums as (
    select
        max(case when metric_name = 'agent_csat_ratio' then minimum_count end) as ranked_minimum,
        max(case when metric_name = 'csat_case_mix_stratum' then minimum_count end) as stratum_minimum
    from {{ ref('minimum_counts') }}
),

strata as (
    select
        window_week,
        contact_reason,
        channel,
        coverage,
        sum(response_count) as stratum_count
    from windows
    group by window_week, contact_reason, channel, coverage
),

measured as (
    select
        strata.*,
        minimums.stratum_minimum,
        sum(case when strata.stratum_count < minimums.stratum_minimum then strata.stratum_count end) over (
            partition by strata.window_week, strata.contact_reason
        ) as small_of_reason_count
    from strata
    cross join minimums
),

mixed as (
    select
        windows.*,
        case
            when measured.stratum_count >= measured.stratum_minimum
                then windows.contact_reason || '|' || windows.channel || '|' || windows.coverage
            when measured.small_of_reason_count >= measured.stratum_minimum then windows.contact_reason || '|others'
            else 'others'
        end as stratum
    from windows
    inner join measured
        on
            windows.window_week = measured.window_week
            and windows.contact_reason = measured.contact_reason
            and windows.channel = measured.channel
            and windows.coverage = measured.coverage
),

expected as (
    select
        *,
        response_count
        * sum(positive_count) over (partition by window_week, stratum) * 1e0
        / sum(response_count) over (partition by window_week, stratum) as expected_positive_count
    from mixed
),

standardised as (
    select
        window_week,
        agent_key,
        sum(positive_count) as positive_count,
        sum(response_count) as response_count,
        {{ exact_sum('expected_positive_count') }} as expected_positive_count
    from expected
    group by window_week, agent_key
),

scored as (
    select
        standardised.*,
        {{ ratio('standardised.positive_count', 'standardised.response_count') }} as csat_ratio,
        standardised.positive_count / nullif(standardised.expected_positive_count, 0)
        * sum(standardised.positive_count) over (partition by standardised.window_week) * 1e0
        / sum(standardised.response_count) over (partition by standardised.window_week) as csat_adjusted_score,
        standardised.response_count >= minimums.ranked_minimum as is_ranked
    from standardised
    cross join minimums
)

select
    agent_key,
    positive_count,
    response_count,
    expected_positive_count,
    csat_ratio,
    csat_adjusted_score,
    case when is_ranked then {{ middle_rank('csat_ratio', 'window_week, is_ranked') }} end as csat_rank,
    case when is_ranked then {{ middle_rank('round(csat_adjusted_score, 9)', 'window_week, is_ranked') }} end
        as csat_adjusted_rank,
    case when is_ranked then count(*) over (partition by window_week, is_ranked) end as ranked_agent_count,
    is_ranked,
    window_week
from scored
