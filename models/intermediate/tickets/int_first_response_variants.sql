-- One answer, several clocks: from the first message, from the ticket's creation, and as the helpdesk itself says; and what is
-- left of a first answer that was canned, or followed at once by the real one.
with contacts as (
    select * from {{ ref('int_contacts_measured') }}
    where is_answered
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
    where author_role in ('agent', 'bot') and is_public
),

messages_after as (
    select
        contacts.ticket_key,
        min(case when ticket_messages.author_role = 'bot' or ticket_messages.is_automatic then ticket_messages.sent_at end)
            as first_automatic_at,
        max(case
            when
                ticket_messages.author_role = 'agent' and not ticket_messages.is_automatic
                and ticket_messages.sent_at = contacts.first_response_at
                then case when ticket_messages.is_canned then 1 else 0 end
        end) as is_first_canned,
        min(case
            when
                ticket_messages.author_role = 'agent' and not ticket_messages.is_automatic
                and ticket_messages.sent_at > contacts.first_response_at
                then ticket_messages.sent_at
        end) as second_response_at,
        min(case
            when
                ticket_messages.author_role = 'agent' and not ticket_messages.is_automatic
                and ticket_messages.sent_at >= contacts.first_response_at
                and not coalesce(ticket_messages.is_canned, false)
                then ticket_messages.sent_at
        end) as substantive_response_at,
        count(ticket_messages.is_canned) > 0 as is_canned_known
    from contacts
    inner join ticket_messages on contacts.ticket_key = ticket_messages.ticket_key
    group by contacts.ticket_key
),

timed as (
    select
        contacts.ticket_key,
        contacts.market,
        contacts.created_week,
        contacts.first_response_calendar_seconds,
        {{ epoch_seconds('contacts.first_response_at') }} - {{ epoch_seconds('contacts.created_at') }}
            as from_creation_calendar_seconds,
        contacts.vendor_first_response_calendar_seconds,
        {{ epoch_seconds('messages_after.first_automatic_at') }} - {{ epoch_seconds('contacts.created_at') }}
            as to_automatic_calendar_seconds,
        {{ epoch_seconds('messages_after.substantive_response_at') }} - {{ epoch_seconds('contacts.waiting_from_at') }}
            as substantive_response_calendar_seconds,
        {{ epoch_seconds('messages_after.second_response_at') }} - {{ epoch_seconds('contacts.first_response_at') }}
            as second_after_calendar_seconds,
        messages_after.is_first_canned = 1 as is_first_canned,
        messages_after.is_canned_known
    from contacts
    left outer join messages_after on contacts.ticket_key = messages_after.ticket_key
)

select
    ticket_key,
    market,
    cast(first_response_calendar_seconds as bigint) as first_response_calendar_seconds,
    cast(from_creation_calendar_seconds as bigint) as from_creation_calendar_seconds,
    vendor_first_response_calendar_seconds,
    cast(substantive_response_calendar_seconds as bigint) as substantive_response_calendar_seconds,
    -- Helpdesks round to whole minutes, so that up to a minute is no difference.
    case
        when vendor_first_response_calendar_seconds is null then 'the helpdesk gives none'
        when abs(vendor_first_response_calendar_seconds - first_response_calendar_seconds) < 60 then 'the same'
        when abs(vendor_first_response_calendar_seconds - from_creation_calendar_seconds) < 60
            then 'the helpdesk counts from the creation'
        when abs(vendor_first_response_calendar_seconds - to_automatic_calendar_seconds) < 60
            then 'the helpdesk counts an automatic answer'
        else 'not explained'
    end as vendor_difference,
    case when is_canned_known then is_first_canned end as is_first_canned,
    coalesce(second_after_calendar_seconds <= 300, false) as is_followed_at_once,
    created_week
from timed
