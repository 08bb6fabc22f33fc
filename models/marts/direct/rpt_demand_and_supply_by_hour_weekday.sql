-- Do we need people at weekends, or in another time zone? What comes in and who is there, by the market's own clock, over the
-- latest thirteen complete weeks. Agents are counted wherever they sit, since anybody on shift can answer.
with tickets as (
    select * from {{ ref('fct_tickets') }}
),

shift_hours as (
    select * from {{ ref('int_shift_hours') }}
),

outages as (
    select * from {{ ref('dim_events') }}
    where event_kind = 'outage'
),

-- A market whose time zone nobody stated goes by the reporting time zone.
markets as (
    select distinct
        tickets.market,
        coalesce(stated.time_zone, '{{ var('reporting_time_zone') }}') as time_zone
    from tickets
    left outer join {{ ref('markets') }} as stated on tickets.market = stated.market
),

horizons as (
    select
        {{ reporting_midnight(add_days(week_of('first_incomplete_date'), -91)) }} as begins_at,
        {{ reporting_midnight(week_of('first_incomplete_date')) }} as ends_at
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

spine as (
    select
        begins_at,
        {{ each_integer(0, '(' ~ epoch_seconds('ends_at') ~ ' - ' ~ epoch_seconds('begins_at') ~ ') / 3600 - 1') }} as hour_number
    from horizons
),

hours as (
    select {{ add_seconds('begins_at', '3600 * hour_number') }} as hour_at from spine
),

disturbed as (
    select distinct hours.hour_at
    from hours
    inner join outages
        on
            hours.hour_at < coalesce(outages.ends_at, outages.starts_at)
            and {{ add_seconds('hours.hour_at', 3600) }} > outages.starts_at
),

arrivals as (
    select
        market,
        date_trunc('hour', created_at) as hour_at,
        count(*) as contact_count
    from tickets
    group by market, date_trunc('hour', created_at)
),

local_hours as (
    select
        markets.market,
        {{ utc_to_local('hours.hour_at', 'markets.time_zone') }} as hour_local,
        coalesce(arrivals.contact_count, 0) as contact_count,
        coalesce(shift_hours.on_shift_seconds, 0) as on_shift_seconds,
        disturbed.hour_at is not null as is_in_outage
    from hours
    cross join markets
    left outer join arrivals on markets.market = arrivals.market and hours.hour_at = arrivals.hour_at
    left outer join shift_hours on {{ epoch_seconds('hours.hour_at') }} = shift_hours.hour_epoch
    left outer join disturbed on hours.hour_at = disturbed.hour_at
),

counted as (
    select
        market,
        {{ iso_weekday('hour_local') }} as market_local_weekday,
        cast(extract(hour from hour_local) as integer) as market_local_hour,
        count(*) as hour_count,
        sum(contact_count) as contact_count,
        sum(on_shift_seconds) as on_shift_seconds,
        sum(case when is_in_outage then 1 else 0 end) as outage_hour_count,
        sum(case when is_in_outage then contact_count else 0 end) as outage_contact_count
    from local_hours
    group by market, {{ iso_weekday('hour_local') }}, cast(extract(hour from hour_local) as integer)
)

select
    market,
    cast(market_local_weekday as integer) as market_local_weekday,
    market_local_hour,
    cast(hour_count as bigint) as hour_count,
    cast(contact_count as bigint) as contact_count,
    {{ ratio('contact_count', 'hour_count') }} as contacts_per_hour,
    cast(outage_hour_count as bigint) as outage_hour_count,
    cast(outage_contact_count as bigint) as outage_contact_count,
    {{ ratio('contact_count - outage_contact_count', 'hour_count - outage_hour_count') }} as contacts_per_undisturbed_hour,
    cast(on_shift_seconds as bigint) as on_shift_calendar_seconds,
    {{ ratio('on_shift_seconds', '3600 * hour_count') }} as agents_on_shift_count_mean
from counted
