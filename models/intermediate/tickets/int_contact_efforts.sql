-- What it took: how often the customer wrote and waited, through how many hands it went, and whose turn it was for how long.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
    where is_public and not is_automatic
),

hand_offs as (
    select * from {{ ref('int_contact_hand_offs') }}
),

waits as (
    select * from {{ ref('int_response_waits_measured') }}
),

status_spans as (
    select * from {{ ref('int_ticket_status_spans') }}
),

exchanged as (
    select
        ticket_key,
        sum(case when author_role = 'customer' then 1 else 0 end) as customer_message_count,
        count(distinct case when author_role = 'customer' then channel end) as customer_channel_count,
        count(distinct case when author_role = 'agent' then agent_key end) as replying_agent_count,
        {{ epoch_seconds('max(sent_at)') }} - {{ epoch_seconds('min(sent_at)') }} as conversation_calendar_seconds
    from ticket_messages
    where author_role in ('customer', 'agent')
    group by ticket_key
),

waited as (
    select
        ticket_key,
        sum(case when is_answered then waited_calendar_seconds end) as total_reply_calendar_seconds,
        sum(case when is_answered then waited_business_seconds end) as total_reply_business_seconds,
        sum(case when is_next_response and is_answered then 1 else 0 end) as next_response_count
    from waits
    group by ticket_key
),

spent as (
    select
        ticket_key,
        sum(case when status in ('new', 'open', 'hold') then calendar_seconds else 0 end) as requester_wait_calendar_seconds,
        sum(case when status in ('new', 'open', 'hold') then business_seconds else 0 end) as requester_wait_business_seconds,
        sum(case when status = 'pending' then calendar_seconds else 0 end) as agent_wait_calendar_seconds,
        sum(case when status = 'pending' then business_seconds else 0 end) as agent_wait_business_seconds,
        sum(case when status = 'hold' then calendar_seconds else 0 end) as on_hold_calendar_seconds,
        sum(case when status = 'hold' then business_seconds else 0 end) as on_hold_business_seconds,
        count(business_seconds) = count(*) as has_calendar
    from status_spans
    group by ticket_key
)

select
    contacts.ticket_key,
    exchanged.customer_message_count,
    exchanged.customer_channel_count,
    exchanged.replying_agent_count,
    exchanged.conversation_calendar_seconds,
    hand_offs.hand_off_count,
    hand_offs.escalation_count,
    waited.next_response_count,
    waited.total_reply_calendar_seconds,
    waited.total_reply_business_seconds,
    spent.requester_wait_calendar_seconds,
    case when spent.has_calendar then spent.requester_wait_business_seconds end as requester_wait_business_seconds,
    spent.agent_wait_calendar_seconds,
    case when spent.has_calendar then spent.agent_wait_business_seconds end as agent_wait_business_seconds,
    spent.on_hold_calendar_seconds,
    case when spent.has_calendar then spent.on_hold_business_seconds end as on_hold_business_seconds
from contacts
left outer join exchanged on contacts.ticket_key = exchanged.ticket_key
left outer join hand_offs on contacts.ticket_key = hand_offs.ticket_key
left outer join waited on contacts.ticket_key = waited.ticket_key
left outer join spent on contacts.ticket_key = spent.ticket_key
