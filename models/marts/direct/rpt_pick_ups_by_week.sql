-- A proxy under its own name: someone took the ticket in charge, which is not yet an answer.
with tickets as (
    select * from {{ ref('fct_tickets') }}
),

pick_up_sources as (
    select distinct source_name from tickets
    where pick_up_calendar_seconds is not null
),

waits as (
    select
        tickets.created_week,
        tickets.pick_up_calendar_seconds,
        coalesce(tickets.pick_up_calendar_seconds, tickets.age_calendar_seconds) as waited_calendar_seconds,
        tickets.pick_up_calendar_seconds is not null as is_picked_up
    from tickets
    inner join pick_up_sources on tickets.source_name = pick_up_sources.source_name
),

counted as (
    select
        created_week,
        count(*) as contact_count,
        count(pick_up_calendar_seconds) as picked_up_count,
        sum(pick_up_calendar_seconds) as total_pick_up_calendar_seconds
    from waits
    group by created_week
),

quantiles as (
    {{ censored_quantiles('waits', ['created_week'], 'waited_calendar_seconds', 'is_picked_up', 'pick_up_calendar_seconds') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
)

select
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.picked_up_count as bigint) as picked_up_count,
    cast(counted.total_pick_up_calendar_seconds as bigint) as total_pick_up_calendar_seconds,
    {{ ratio('counted.total_pick_up_calendar_seconds', 'counted.picked_up_count') }} as pick_up_calendar_seconds_mean,
    cast(quantiles.pick_up_calendar_seconds_median as bigint) as pick_up_calendar_seconds_median,
    cast(quantiles.pick_up_calendar_seconds_p90 as bigint) as pick_up_calendar_seconds_p90,
    quantiles.is_pick_up_calendar_seconds_median_at_least,
    quantiles.is_pick_up_calendar_seconds_p90_at_least,
    {{ add_days('counted.created_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.created_week
from counted
left outer join quantiles on counted.created_week = quantiles.created_week
cross join horizons
