with ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
)

select
    ticket_messages.message_key,
    ticket_messages.ticket_key,
    ticket_messages.agent_key,
    ticket_messages.source_name,
    ticket_messages.author_role,
    ticket_messages.channel,
    case when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason end
        as exclusion_reason,
    ticket_messages.is_public,
    ticket_messages.is_automatic,
    ticket_messages.is_canned,
    ticket_messages.sent_at
from ticket_messages
left outer join tickets on ticket_messages.ticket_key = tickets.ticket_key
