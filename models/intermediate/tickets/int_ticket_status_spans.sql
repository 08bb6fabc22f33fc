-- Who has to act: in new, open and hold the customer waits for us (in hold, for somebody behind us); in pending, we wait for
-- the customer. Solved and closed are nobody's turn.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
    where field = 'status' and new_value is not null
),

calendar_days as (
    select * from {{ ref('int_calendar_days') }}
),

changed as (
    select
        contacts.ticket_key,
        contacts.calendar_key,
        contacts.complete_through_at,
        ticket_changes.change_key,
        ticket_changes.new_value as status,
        -- A ticket waits for nobody before it exists; a status that came with its creation is of that instant.
        greatest(ticket_changes.changed_at, contacts.created_at) as began_at
    from contacts
    inner join ticket_changes on contacts.ticket_key = ticket_changes.ticket_key
),

first_changes as (
    select
        ticket_key,
        min_by(old_value, changed_at) as first_old_value
    from ticket_changes
    group by ticket_key
),

-- Before the first change that is told, a ticket has the status that this change took away, or is new.
begun as (
    select
        contacts.ticket_key,
        contacts.calendar_key,
        contacts.complete_through_at,
        '' as change_key,
        coalesce(first_changes.first_old_value, 'new') as status,
        contacts.created_at as began_at
    from contacts
    inner join first_changes on contacts.ticket_key = first_changes.ticket_key
    union all
    select
        ticket_key,
        calendar_key,
        complete_through_at,
        change_key,
        status,
        began_at
    from changed
),

ended as (
    select
        *,
        coalesce(
            lead(began_at) over (
                partition by ticket_key order by began_at asc nulls last, change_key asc nulls last
            ),
            complete_through_at
        ) as ended_at
    from begun
)

select
    ended.ticket_key,
    ended.status,
    cast({{ epoch_seconds('ended.ended_at') }} - {{ epoch_seconds('ended.began_at') }} as bigint) as calendar_seconds,
    cast(
        {{ business_seconds_between('ended.began_at', 'from_days', 'ended.ended_at', 'until_days') }} as bigint
    ) as business_seconds,
    ended.began_at,
    ended.ended_at
from ended
left outer join calendar_days as from_days
    on ended.calendar_key = from_days.calendar_key and cast(ended.began_at as date) = from_days.utc_date
left outer join calendar_days as until_days
    on ended.calendar_key = until_days.calendar_key and cast(ended.ended_at as date) = until_days.utc_date
where ended.ended_at > ended.began_at and ended.status not in ('solved', 'closed')
