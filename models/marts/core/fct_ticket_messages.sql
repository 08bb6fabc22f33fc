with ticket_messages as (
    select * from {{ ref('int_ticket_messages_classified') }}
)

select
    message_key,
    ticket_key,
    agent_key,
    source_name,
    author_role,
    channel,
    is_public,
    is_automatic,
    is_canned,
    sent_at
from ticket_messages
where exclusion_reason is null
