with contacts as (
    select * from {{ ref('int_contacts') }}
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
),

message_sources as (
    select distinct source_name from ticket_messages
),

first_requests as (
    select
        ticket_key,
        min(sent_at) as first_customer_message_at
    from ticket_messages
    where author_role = 'customer'
    group by ticket_key
),

-- A bot's or an auto-responder's message is not a response, whoever signs it; nor is a note the customer cannot read.
human_replies as (
    select
        ticket_key,
        sent_at
    from ticket_messages
    where author_role = 'agent' and is_public and not is_automatic
),

started as (
    select
        contacts.ticket_key,
        contacts.complete_through_at,
        coalesce(first_requests.first_customer_message_at, contacts.created_at) as waiting_from_at,
        message_sources.source_name is not null as has_message_history
    from contacts
    left outer join first_requests on contacts.ticket_key = first_requests.ticket_key
    left outer join message_sources on contacts.source_name = message_sources.source_name
),

answered as (
    select
        started.ticket_key,
        min(case when human_replies.sent_at >= started.waiting_from_at then human_replies.sent_at end) as first_response_at,
        count(*) as human_reply_count,
        max(case when human_replies.sent_at < started.waiting_from_at then 1 else 0 end) = 1 as has_reply_before_request
    from started
    inner join human_replies on started.ticket_key = human_replies.ticket_key
    group by started.ticket_key
)

select
    started.ticket_key,
    case when started.has_message_history then coalesce(answered.human_reply_count, 0) end as human_reply_count,
    started.has_message_history,
    coalesce(answered.has_reply_before_request, false) as has_reply_before_request,
    started.waiting_from_at,
    answered.first_response_at,
    case when started.has_message_history then coalesce(answered.first_response_at, started.complete_through_at) end
        as waiting_until_at
from started
left outer join answered on started.ticket_key = answered.ticket_key
