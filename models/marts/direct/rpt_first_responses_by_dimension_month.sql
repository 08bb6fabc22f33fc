-- One report for every way to look at first responses. Each contact stands once under each dimension; never add up across
-- dimensions. Of agents, only the contacts that they answered are known to be theirs: nobody is late with what nobody took.
with waits as (
    select * from {{ ref('int_first_response_waits') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

first_waits as (
    select * from {{ ref('int_response_waits') }}
    where wait_number = 1
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

dimensions as (
    select 'agent' as dimension_name
    union all
    select 'channel' as dimension_name
    union all
    select 'customer tier' as dimension_name
    union all
    select 'language' as dimension_name
    union all
    select 'market' as dimension_name
    union all
    select 'requester' as dimension_name
    union all
    select 'team' as dimension_name
),

described as (
    select
        waits.*,
        first_waits.agent_key,
        tickets.channel,
        tickets.customer_tier,
        tickets.language,
        tickets.requester_role,
        tickets.team_name,
        tickets.waited_covered_calendar_seconds,
        tickets.waited_uncovered_calendar_seconds,
        {{ month_of('waits.created_date') }} as created_month
    from waits
    inner join tickets on waits.ticket_key = tickets.ticket_key
    left outer join first_waits on waits.ticket_key = first_waits.ticket_key
),

seen as (
    select
        described.*,
        dimensions.dimension_name,
        coalesce(
            case dimensions.dimension_name
                when 'agent' then described.agent_key
                when 'channel' then described.channel
                when 'customer tier' then described.customer_tier
                when 'language' then described.language
                when 'market' then described.market
                when 'requester' then described.requester_role
                when 'team' then described.team_name
            end,
            'unknown'
        ) as dimension_value
    from described
    cross join dimensions
    where dimensions.dimension_name <> 'agent' or described.agent_key is not null
),

counted as (
    select
        dimension_name,
        dimension_value,
        created_month,
        count(*) as contact_count,
        sum(case when is_answered then 1 else 0 end) as answered_count,
        sum(case when is_within_target then 1 else 0 end) as answered_within_target_count,
        sum(case when is_target_outcome_known then 1 else 0 end) as target_outcome_known_count,
        sum(case when is_answered then waited_calendar_seconds end) as total_first_response_calendar_seconds,
        sum(waited_covered_calendar_seconds) as total_covered_wait_calendar_seconds,
        sum(waited_uncovered_calendar_seconds) as total_uncovered_wait_calendar_seconds
    from seen
    group by dimension_name, dimension_value, created_month
),

calendar_quantiles as (
    {{ censored_quantiles(
        'seen', ['dimension_name', 'dimension_value', 'created_month'],
        'waited_calendar_seconds', 'is_answered', 'first_response_calendar_seconds'
    ) }}
),

business_quantiles as (
    {{ censored_quantiles(
        'seen', ['dimension_name', 'dimension_value', 'created_month'],
        'waited_business_seconds', 'is_answered', 'first_response_business_seconds'
    ) }}
)

select
    counted.dimension_name,
    counted.dimension_value,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.answered_count as bigint) as answered_count,
    cast(counted.contact_count - counted.answered_count as bigint) as unanswered_count,
    cast(counted.answered_within_target_count as bigint) as answered_within_target_count,
    cast(counted.target_outcome_known_count as bigint) as target_outcome_known_count,
    {{ ratio('counted.answered_within_target_count', 'counted.target_outcome_known_count') }}
        as answered_within_target_ratio,
    cast(counted.total_first_response_calendar_seconds as bigint) as total_first_response_calendar_seconds,
    {{ ratio('counted.total_first_response_calendar_seconds', 'counted.answered_count') }}
        as first_response_calendar_seconds_mean,
    cast(calendar_quantiles.first_response_calendar_seconds_median as bigint)
        as first_response_calendar_seconds_median,
    cast(calendar_quantiles.first_response_calendar_seconds_p90 as bigint) as first_response_calendar_seconds_p90,
    cast(business_quantiles.first_response_business_seconds_median as bigint)
        as first_response_business_seconds_median,
    cast(business_quantiles.first_response_business_seconds_p90 as bigint) as first_response_business_seconds_p90,
    cast(counted.total_covered_wait_calendar_seconds as bigint) as total_covered_wait_calendar_seconds,
    cast(counted.total_uncovered_wait_calendar_seconds as bigint) as total_uncovered_wait_calendar_seconds,
    {{ ratio(
        'counted.total_uncovered_wait_calendar_seconds',
        'counted.total_covered_wait_calendar_seconds + counted.total_uncovered_wait_calendar_seconds'
    ) }} as uncovered_wait_ratio,
    calendar_quantiles.is_first_response_calendar_seconds_median_at_least,
    calendar_quantiles.is_first_response_calendar_seconds_p90_at_least,
    business_quantiles.is_first_response_business_seconds_median_at_least,
    business_quantiles.is_first_response_business_seconds_p90_at_least,
    {{ next_month('counted.created_month') }} <= horizons.first_incomplete_date as is_complete,
    counted.created_month
from counted
left outer join calendar_quantiles
    on
        counted.dimension_name = calendar_quantiles.dimension_name
        and counted.dimension_value = calendar_quantiles.dimension_value
        and counted.created_month = calendar_quantiles.created_month
left outer join business_quantiles
    on
        counted.dimension_name = business_quantiles.dimension_name
        and counted.dimension_value = business_quantiles.dimension_value
        and counted.created_month = business_quantiles.created_month
cross join horizons
