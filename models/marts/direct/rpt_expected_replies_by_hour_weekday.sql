-- What may customers be promised? Learned from thirteen complete weeks, and held against the four weeks that came after them,
-- which the promise has never seen. By the market's own clock at the moment the customer wrote; the rows of market `all` hold
-- every market, each by its own clock. From too few contacts nothing is promised.
with waits as (
    select * from {{ ref('int_first_response_waits') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

markets as (
    select * from {{ ref('markets') }}
),

horizons as (
    select
        {{ add_days(week_of('first_incomplete_date'), -119) }} as first_learned_date,
        {{ add_days(week_of('first_incomplete_date'), -29) }} as last_learned_date,
        {{ add_days(week_of('first_incomplete_date'), -1) }} as last_judged_date
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

local_waits as (
    select
        waits.market,
        waits.waited_calendar_seconds,
        waits.is_answered,
        waits.created_date > horizons.last_learned_date as is_judged,
        horizons.last_learned_date,
        {{ utc_to_local('tickets.waiting_from_at', "coalesce(markets.time_zone, '" ~ var('reporting_time_zone') ~ "')") }}
            as waiting_from_local
    from waits
    inner join tickets on waits.ticket_key = tickets.ticket_key
    inner join horizons on waits.created_date between horizons.first_learned_date and horizons.last_judged_date
    left outer join markets on waits.market = markets.market
),

scopes as (
    select true as is_pooled
    union all
    select false as is_pooled
),

hourly as (
    select
        case when scopes.is_pooled then 'all' else local_waits.market end as market,
        local_waits.waited_calendar_seconds,
        local_waits.is_answered,
        local_waits.is_judged,
        local_waits.last_learned_date,
        {{ iso_weekday('local_waits.waiting_from_local') }} as market_local_weekday,
        cast(extract(hour from local_waits.waiting_from_local) as integer) as market_local_hour
    from local_waits
    cross join scopes
),

learned as (
    select * from hourly
    where not is_judged
),

learned_quantiles as (
    {{ censored_quantiles(
        'learned', ['market', 'market_local_weekday', 'market_local_hour'],
        'waited_calendar_seconds', 'is_answered', 'first_response_calendar_seconds'
    ) }}
),

minimums as (
    select max(minimum_count) as minimum_count from {{ ref('minimum_counts') }}
    where metric_name = 'expected_reply'
),

learned_counts as (
    select
        learned.market,
        learned.market_local_weekday,
        learned.market_local_hour,
        learned.last_learned_date,
        count(*) as learned_contact_count,
        count(*) >= max(minimums.minimum_count) as is_promised
    from learned
    cross join minimums
    group by learned.market, learned.market_local_weekday, learned.market_local_hour, learned.last_learned_date
),

-- Whoever still waits, and has not waited longer than promised, is no hit and no miss yet.
judged as (
    select
        hourly.market,
        hourly.market_local_weekday,
        hourly.market_local_hour,
        sum(case
            when hourly.is_answered or hourly.waited_calendar_seconds > learned_quantiles.first_response_calendar_seconds_p90
                then 1
            else 0
        end) as judged_contact_count,
        sum(case
            when
                hourly.is_answered
                and hourly.waited_calendar_seconds <= learned_quantiles.first_response_calendar_seconds_p90
                then 1
            else 0
        end) as promise_kept_count
    from hourly
    inner join learned_counts
        on
            hourly.market = learned_counts.market
            and hourly.market_local_weekday = learned_counts.market_local_weekday
            and hourly.market_local_hour = learned_counts.market_local_hour
    inner join learned_quantiles
        on
            learned_counts.market = learned_quantiles.market
            and learned_counts.market_local_weekday = learned_quantiles.market_local_weekday
            and learned_counts.market_local_hour = learned_quantiles.market_local_hour
    where hourly.is_judged and learned_counts.is_promised
    group by hourly.market, hourly.market_local_weekday, hourly.market_local_hour
)

select
    learned_counts.market,
    cast(learned_counts.market_local_weekday as integer) as market_local_weekday,
    learned_counts.market_local_hour,
    cast(learned_counts.learned_contact_count as bigint) as learned_contact_count,
    cast(case when learned_counts.is_promised then learned_quantiles.first_response_calendar_seconds_median end as bigint)
        as first_response_calendar_seconds_median,
    cast(case when learned_counts.is_promised then learned_quantiles.first_response_calendar_seconds_p90 end as bigint)
        as first_response_calendar_seconds_p90,
    cast(coalesce(judged.judged_contact_count, 0) as bigint) as judged_contact_count,
    cast(coalesce(judged.promise_kept_count, 0) as bigint) as promise_kept_count,
    {{ ratio('judged.promise_kept_count', 'judged.judged_contact_count') }} as promise_kept_ratio,
    learned_counts.is_promised,
    learned_quantiles.is_first_response_calendar_seconds_median_at_least,
    learned_quantiles.is_first_response_calendar_seconds_p90_at_least,
    learned_counts.last_learned_date
from learned_counts
inner join learned_quantiles
    on
        learned_counts.market = learned_quantiles.market
        and learned_counts.market_local_weekday = learned_quantiles.market_local_weekday
        and learned_counts.market_local_hour = learned_quantiles.market_local_hour
left outer join judged
    on
        learned_counts.market = judged.market
        and learned_counts.market_local_weekday = judged.market_local_weekday
        and learned_counts.market_local_hour = judged.market_local_hour
