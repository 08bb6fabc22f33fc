-- Bugs as customers report them, with their cause where one is known: an incident or an outage that was going on, or had ended
-- within the day before, in the contact's market and version. Of several the one that began last is taken.
with tickets as (
    select * from {{ ref('fct_tickets') }}
    where feedback_category in ('bug report', 'outage')
),

contact_costs as (
    select * from {{ ref('int_contact_costs') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

-- A carrier's trouble breaks no product.
events as (
    select
        *,
        coalesce({{ add_seconds('ends_at', 86400) }}, {{ "cast('9999-12-31' as timestamp)" }}) as blamed_until_at
    from {{ ref('dim_events') }}
    where event_kind in ('incident', 'outage') and carrier is null
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

blamed as (
    select
        tickets.ticket_key,
        events.event_key,
        events.event_name,
        row_number() over (
            partition by tickets.ticket_key
            order by events.starts_at desc nulls last, events.event_key asc nulls last
        ) as event_rank
    from tickets
    inner join events
        on
            tickets.created_at >= events.starts_at
            and tickets.created_at < events.blamed_until_at
            and (events.market is null or tickets.market = events.market)
            and (events.app_version is null or tickets.app_version = events.app_version)
),

counted as (
    select
        blamed.event_key,
        tickets.contact_reason,
        coalesce(tickets.app_version, 'unknown') as app_version,
        coalesce(blamed.event_name, 'not known') as cause,
        {{ month_of('tickets.created_date') }} as created_month,
        count(*) as contact_count,
        sum(contact_costs.handle_calendar_seconds) as total_handle_calendar_seconds,
        sum(contact_costs.handle_cost_usd) as handle_cost_usd
    from tickets
    inner join contact_costs on tickets.ticket_key = contact_costs.ticket_key
    left outer join blamed on tickets.ticket_key = blamed.ticket_key and blamed.event_rank = 1
    group by
        blamed.event_key,
        tickets.contact_reason,
        coalesce(tickets.app_version, 'unknown'),
        coalesce(blamed.event_name, 'not known'),
        {{ month_of('tickets.created_date') }}
)

select
    counted.event_key,
    counted.contact_reason,
    contact_reasons.reason_label,
    counted.app_version,
    counted.cause,
    contact_reasons.department,
    contact_reasons.owner,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    counted.handle_cost_usd,
    {{ next_month('counted.created_month') }} <= horizons.first_incomplete_date as is_complete,
    counted.created_month
from counted
left outer join contact_reasons on counted.contact_reason = contact_reasons.contact_reason
cross join horizons
