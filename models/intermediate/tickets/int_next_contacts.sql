-- Did the person come back? From the first resolution to the person's next contact, about anything and about the same; nobody
-- can be followed whom no source names. An issue is there again with a contact about the same, or when the contact is reopened.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

resolutions as (
    select * from {{ ref('int_resolutions') }}
    where first_resolved_at is not null
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

named as (
    select
        contacts.ticket_key,
        contacts.contact_reason,
        contacts.created_at,
        contacts.complete_through_at,
        customers_linked.person_key
    from contacts
    inner join customers_linked on contacts.customer_key = customers_linked.customer_key
),

followed as (
    select
        named.ticket_key,
        min(later.created_at) as next_contact_at,
        min(case when later.contact_reason = named.contact_reason then later.created_at end) as next_same_contact_at
    from named
    inner join resolutions on named.ticket_key = resolutions.ticket_key
    inner join named as later on named.person_key = later.person_key and resolutions.first_resolved_at <= later.created_at
    where later.ticket_key <> named.ticket_key
    group by named.ticket_key
)

select
    named.ticket_key,
    {{ epoch_seconds('followed.next_contact_at') }} - {{ epoch_seconds('resolutions.first_resolved_at') }}
        as next_contact_calendar_seconds,
    {{ epoch_seconds('followed.next_same_contact_at') }} - {{ epoch_seconds('resolutions.first_resolved_at') }}
        as next_same_contact_calendar_seconds,
    least(
        {{ epoch_seconds('coalesce(followed.next_same_contact_at, resolutions.first_reopened_at)') }},
        {{ epoch_seconds('coalesce(resolutions.first_reopened_at, followed.next_same_contact_at)') }}
    ) - {{ epoch_seconds('resolutions.first_resolved_at') }} as same_issue_calendar_seconds,
    {{ epoch_seconds('named.complete_through_at') }} - {{ epoch_seconds('resolutions.first_resolved_at') }}
        as followed_calendar_seconds,
    resolutions.reopen_count,
    resolutions.first_resolved_at
from named
inner join resolutions on named.ticket_key = resolutions.ticket_key
left outer join followed on named.ticket_key = followed.ticket_key
