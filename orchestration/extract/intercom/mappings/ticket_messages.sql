-- What was written: the opening, which is no part and has no time but the conversation's, and the parts that are messages.
-- A reply that also closes, opens or assigns has a text; without one it is a change only.
with channels as (
    select
        id as conversation_id,
        channel
    from conversations
),

openings as (
    select
        source_id as message_id,
        id as ticket_id,
        opening_agent_id as agent_id,
        source_author_type as author_type,
        opening_agent_id is not null and source_author_type = 'bot' as is_by_ai_agent,
        columns('^body(_themes|_sentiment|_character_count)?$'),
        true as is_public,
        -- Campaigns and workflows sign as whom they like.
        source_delivered_as in ('automated', 'campaigns_initiated', 'operator_initiated') as is_automatic,
        created_at as sent_at,
        cast(null as varchar) as _drop_reason,
        _row_id,
        _seen_at,
        0 as _source_row_count
    from conversations
    where has_opening_text = 'true' or source_redacted = 'true'
),

written as (
    select
        id as message_id,
        conversation_id as ticket_id,
        author_staff_id as agent_id,
        author_type,
        author_staff_id is not null and author_type = 'bot' as is_by_ai_agent,
        columns('^body(_themes|_sentiment|_character_count)?$'),
        not starts_with(part_type, 'note') as is_public,
        false as is_automatic,
        created_at as sent_at,
        case
            when part_type in ('comment', 'quick_reply') or starts_with(part_type, 'note') then null
            when
                body_character_count is not null
                and part_type in (
                    'assignment', 'assign_and_reopen', 'assign_and_unsnooze', 'open', 'close', 'snoozed', 'unsnoozed'
                ) then null
            else 'a part that says what happened, and no message'
        end as _drop_reason,
        _row_id,
        _seen_at,
        1 as _source_row_count
    from conversation_parts
),

together as (
    select * from openings
    union all by name
    select * from written
)

select
    together.message_id,
    together.ticket_id,
    together.agent_id,
    case
        when together.author_type in ('user', 'lead', 'contact') then 'customer'
        when together.author_type in ('admin', 'team') then 'agent'
        when together.author_type = 'bot' then 'bot'
        else 'system'
    end as author_role,
    channels.channel,
    columns('^body(_themes|_sentiment|_character_count)?$'),
    together.is_public,
    -- A bot that is not the AI agent answers by rule.
    together.is_automatic or (together.author_type = 'bot' and not together.is_by_ai_agent) as is_automatic,
    together.sent_at,
    together._drop_reason,
    together._row_id,
    together._seen_at,
    together._source_row_count
from together
left outer join channels on together.ticket_id = channels.conversation_id
