-- One scale a row: ces_1 counts effort (low is good), ces_2 ease (high is good), and no figure mixes them.
with ces_responses as (
    select * from {{ ref('fct_ces_responses') }}
),

invitations as (
    select * from {{ ref('fct_survey_invitations') }}
    where survey_type = 'ces'
),

source_horizons as (
    select * from {{ ref('int_source_horizons') }}
),

minimum_counts as (
    select * from {{ ref('minimum_counts') }}
    where metric_name = 'ces_score_mean'
),

-- Two clocks side by side: answers by the month they came, offers by the month they went out.
events as (
    select
        source_name,
        scale,
        market,
        {{ month_of('responded_date') }} as ces_month,
        1 as response_count,
        ces_score,
        case when is_easy then 1 else 0 end as easy_count,
        case when ces_index_group = 'top' then 1 else 0 end as index_top_count,
        case when ces_index_group = 'bottom' then 1 else 0 end as index_bottom_count,
        agent_effort_score,
        case when is_agent_effort_agreed then 1 else 0 end as agent_effort_agreed_count,
        0 as offered_count,
        0 as offer_responded_count,
        0 as offer_easy_count
    from ces_responses
    union all
    select
        source_name,
        scale,
        market,
        {{ month_of('offered_date') }} as ces_month,
        0 as response_count,
        cast(null as integer) as ces_score,
        0 as easy_count,
        0 as index_top_count,
        0 as index_bottom_count,
        cast(null as integer) as agent_effort_score,
        0 as agent_effort_agreed_count,
        1 as offered_count,
        case when has_ces_response then 1 else 0 end as offer_responded_count,
        case when is_ces_easy then 1 else 0 end as offer_easy_count
    from invitations
),

asking_sources as (
    select distinct source_name from events
),

horizons as (
    select {{ reporting_date('min(source_horizons.complete_through_at)') }} as first_incomplete_date
    from source_horizons
    inner join asking_sources on source_horizons.source_name = asking_sources.source_name
),

counted as (
    select
        scale,
        market,
        ces_month,
        sum(response_count) as response_count,
        sum(ces_score) as total_ces_score,
        sum(ces_score * ces_score) as total_squared_ces_score,
        sum(easy_count) as easy_count,
        sum(index_top_count) as index_top_count,
        sum(index_bottom_count) as index_bottom_count,
        count(agent_effort_score) as agent_effort_response_count,
        sum(agent_effort_score) as total_agent_effort_score,
        sum(agent_effort_agreed_count) as agent_effort_agreed_count,
        sum(offered_count) as offered_count,
        sum(offer_responded_count) as offer_responded_count,
        sum(offer_easy_count) as offer_easy_count
    from events
    group by scale, market, ces_month
),

-- Only the scale from 1 to 7 has an index.
judged as (
    select
        counted.*,
        minimum_counts.minimum_count,
        counted.response_count >= minimum_counts.minimum_count as is_shown,
        counted.response_count >= minimum_counts.minimum_count and counted.scale = 'ces_2' as is_index_shown,
        counted.agent_effort_response_count >= minimum_counts.minimum_count as is_agent_effort_shown,
        {{ ratio('counted.total_ces_score', 'counted.response_count') }} as mean_score,
        {{ mean_margin('counted.total_ces_score', 'counted.total_squared_ces_score', 'counted.response_count') }}
            as mean_margin
    from counted
    cross join minimum_counts
)

select
    judged.scale,
    judged.market,
    {{ suppression_reason('judged.response_count', 'judged.minimum_count') }} as suppression_reason,
    cast(judged.response_count as bigint) as response_count,
    cast(judged.total_ces_score as bigint) as total_ces_score,
    cast(judged.total_squared_ces_score as bigint) as total_squared_ces_score,
    case when judged.is_shown then judged.mean_score end as ces_score_mean,
    case when judged.is_shown then judged.mean_score - judged.mean_margin end as ces_mean_low_score,
    case when judged.is_shown then judged.mean_score + judged.mean_margin end as ces_mean_high_score,
    cast(judged.easy_count as bigint) as easy_count,
    case when judged.is_shown then {{ ratio('judged.easy_count', 'judged.response_count') }} end as easy_ratio,
    case when judged.is_shown then {{ wilson_bound('judged.easy_count', 'judged.response_count', 'low') }} end
        as easy_low_ratio,
    case when judged.is_shown then {{ wilson_bound('judged.easy_count', 'judged.response_count', 'high') }} end
        as easy_high_ratio,
    cast(judged.index_top_count as bigint) as index_top_count,
    cast(judged.index_bottom_count as bigint) as index_bottom_count,
    case
        when judged.is_index_shown
            then {{ net_promoter_score('judged.index_top_count', 'judged.index_bottom_count', 'judged.response_count') }}
    end as ces_index_score,
    case
        when judged.is_index_shown
            then {{ net_promoter_margin('judged.index_top_count', 'judged.index_bottom_count', 'judged.response_count') }}
    end as ces_index_margin_score,
    cast(judged.agent_effort_response_count as bigint) as agent_effort_response_count,
    cast(judged.total_agent_effort_score as bigint) as total_agent_effort_score,
    case
        when judged.is_agent_effort_shown
            then {{ ratio('judged.total_agent_effort_score', 'judged.agent_effort_response_count') }}
    end as agent_effort_score_mean,
    cast(judged.agent_effort_agreed_count as bigint) as agent_effort_agreed_count,
    case
        when judged.is_agent_effort_shown
            then {{ ratio('judged.agent_effort_agreed_count', 'judged.agent_effort_response_count') }}
    end as agent_effort_agreed_ratio,
    cast(judged.offered_count as bigint) as offered_count,
    cast(judged.offer_responded_count as bigint) as offer_responded_count,
    {{ ratio('judged.offer_responded_count', 'judged.offered_count') }} as response_ratio,
    cast(judged.offer_easy_count as bigint) as offer_easy_count,
    {{ ratio('judged.offer_easy_count', 'judged.offered_count') }} as easy_if_silent_unhappy_ratio,
    {{ ratio('judged.offer_easy_count + judged.offered_count - judged.offer_responded_count', 'judged.offered_count') }}
        as easy_if_silent_happy_ratio,
    {{ next_month('judged.ces_month') }} <= horizons.first_incomplete_date as is_complete,
    judged.ces_month
from judged
cross join horizons
