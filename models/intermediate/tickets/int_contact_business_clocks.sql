with spans as (
    select * from {{ ref('int_contact_spans') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

clocks as (
    select
        spans.ticket_key,
        {{ business_seconds_at('spans.created_at', 'created_days') }} as created_clock,
        {{ business_seconds_at('spans.waiting_from_at', 'from_days') }} as waiting_from_clock,
        {{ business_seconds_at('spans.waiting_until_at', 'until_days') }} as waiting_until_clock,
        {{ business_seconds_at('spans.open_until_at', 'open_days') }} as open_until_clock,
        {{ business_seconds_at('spans.first_resolved_at', 'resolved_days') }} as first_resolved_clock
    from spans
    left outer join calendar_days as created_days
        on spans.calendar_key = created_days.calendar_key and cast(spans.created_at as date) = created_days.utc_date
    left outer join calendar_days as from_days
        on spans.calendar_key = from_days.calendar_key and cast(spans.waiting_from_at as date) = from_days.utc_date
    left outer join calendar_days as until_days
        on spans.calendar_key = until_days.calendar_key and cast(spans.waiting_until_at as date) = until_days.utc_date
    left outer join calendar_days as open_days
        on spans.calendar_key = open_days.calendar_key and cast(spans.open_until_at as date) = open_days.utc_date
    left outer join calendar_days as resolved_days
        on
            spans.calendar_key = resolved_days.calendar_key
            and cast(spans.first_resolved_at as date) = resolved_days.utc_date
)

select
    ticket_key,
    waiting_until_clock - waiting_from_clock as waited_business_seconds,
    open_until_clock - created_clock as open_business_seconds,
    first_resolved_clock - created_clock as first_resolution_business_seconds
from clocks
