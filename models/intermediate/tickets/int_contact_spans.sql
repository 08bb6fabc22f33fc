-- The instants between which a contact's clocks run.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

first_responses as (
    select * from {{ ref('int_first_responses') }}
),

resolutions as (
    select * from {{ ref('int_resolutions') }}
)

select
    contacts.ticket_key,
    contacts.calendar_key,
    contacts.created_at,
    first_responses.waiting_from_at,
    first_responses.waiting_until_at,
    resolutions.open_until_at,
    resolutions.first_resolved_at
from contacts
left outer join first_responses on contacts.ticket_key = first_responses.ticket_key
left outer join resolutions on contacts.ticket_key = resolutions.ticket_key
