-- Where does the team's time go? Handle time times volume, by reason. Measured and inferred times are never mixed silently.
with handle_times as (
    select * from {{ ref('fct_handle_times') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

worked as (
    select
        coalesce(tickets.contact_reason, 'no contact') as contact_reason,
        coalesce(handle_times.provenance, 'unknown') as provenance,
        handle_times.ticket_key,
        handle_times.handle_calendar_seconds,
        {{ month_of(reporting_date('handle_times.started_at')) }} as worked_month
    from handle_times
    left outer join tickets on handle_times.ticket_key = tickets.ticket_key
),

counted as (
    select
        contact_reason,
        provenance,
        worked_month,
        count(*) as stretch_count,
        count(distinct ticket_key) as contact_count,
        sum(handle_calendar_seconds) as total_handle_calendar_seconds
    from worked
    group by contact_reason, provenance, worked_month
)

select
    contact_reason,
    provenance,
    cast(stretch_count as bigint) as stretch_count,
    cast(contact_count as bigint) as contact_count,
    cast(total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    {{ ratio('total_handle_calendar_seconds', 'contact_count') }} as handle_calendar_seconds_mean,
    worked_month
from counted
