-- Bugs as customers report them, with their cause where one is known: an incident or an outage that was going on, or had ended
-- within the day before, in the contact's market and version. Of several the one that began last is taken. Contacts by the month
-- they began in, time and cost by the month of the work.
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

caused as (
    select
        blamed.event_key,
        tickets.ticket_key,
        tickets.contact_reason,
        coalesce(tickets.app_version, 'unknown') as app_version,
        coalesce(blamed.event_name, 'not known') as cause,
        {{ month_of('tickets.created_date') }} as created_month
    from tickets
    left outer join blamed on tickets.ticket_key = blamed.ticket_key and blamed.event_rank = 1
),

activities as (
    select
        event_key,
        contact_reason,
        app_version,
        cause,
        created_month as activity_month,
        1 as contact_count,
        cast(null as varchar) as ticket_key,
        cast(null as double) as handle_calendar_seconds,
        cast(null as double) as caused_cost_usd,
        cast(null as varchar) as cost_caveat
    from caused
    union all
    select
        caused.event_key,
        caused.contact_reason,
        caused.app_version,
        caused.cause,
        {{ month_of('contact_costs.worked_date') }} as activity_month,
        0 as contact_count,
        contact_costs.ticket_key,
        contact_costs.handle_calendar_seconds,
        contact_costs.caused_cost_usd,
        contact_costs.cost_caveat
    from caused
    inner join contact_costs on caused.ticket_key = contact_costs.ticket_key
),

counted as (
    select
        event_key,
        contact_reason,
        app_version,
        cause,
        activity_month,
        sum(contact_count) as contact_count,
        {{ summed_work('activities') }}
    from activities
    group by event_key, contact_reason, app_version, cause, activity_month
)

select
    counted.event_key,
    counted.contact_reason,
    contact_reasons.reason_label,
    counted.app_version,
    counted.cause,
    contact_reasons.department,
    contact_reasons.owner,
    {{ cost_missing_reason('counted') }} as cost_missing_reason,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.timed_contact_count as bigint) as timed_contact_count,
    cast(counted.total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    cast(counted.costed_contact_count as bigint) as costed_contact_count,
    counted.caused_cost_usd,
    {{ next_month('counted.activity_month') }} <= horizons.first_incomplete_date as is_complete,
    counted.activity_month as created_month
from counted
left outer join contact_reasons on counted.contact_reason = contact_reasons.contact_reason
cross join horizons
