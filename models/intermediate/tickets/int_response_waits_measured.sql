with waits as (
    select * from {{ ref('int_response_waits') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
)

select
    waits.message_key,
    waits.ticket_key,
    waits.agent_key,
    contacts.market,
    contacts.channel,
    cast(waits.wait_number as integer) as wait_number,
    cast({{ epoch_seconds('waits.waiting_until_at') }} - {{ epoch_seconds('waits.waiting_from_at') }} as bigint)
        as waited_calendar_seconds,
    cast(
        {{ business_seconds_between('waits.waiting_from_at', 'from_days', 'waits.waiting_until_at', 'until_days') }} as bigint
    ) as waited_business_seconds,
    waits.wait_number > 1 as is_next_response,
    waits.is_answered,
    waits.is_resolved_without_answer,
    {{ reporting_date('waits.waiting_from_at') }} as waiting_from_date,
    waits.waiting_from_at,
    waits.waiting_until_at
from waits
inner join contacts on waits.ticket_key = contacts.ticket_key
left outer join calendar_days as from_days
    on waits.calendar_key = from_days.calendar_key and cast(waits.waiting_from_at as date) = from_days.utc_date
left outer join calendar_days as until_days
    on waits.calendar_key = until_days.calendar_key and cast(waits.waiting_until_at as date) = until_days.utc_date
