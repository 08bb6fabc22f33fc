-- Comments with their authors. An agent is whoever is one now or was ever assigned a ticket: roles are told as they are today.
with
channels (via_type, channel) as (
    values
    ('mail', 'email'),
    ('connect_mail', 'email'),
    ('web_form', 'web'),
    ('helpcenter', 'web'),
    ('web_widget', 'web'),
    ('dropbox', 'web'),
    ('topic', 'web'),
    ('mobile', 'app'),
    ('mobile_sdk', 'app'),
    ('iphone', 'app'),
    ('chat', 'chat'),
    ('chat_transcript', 'chat'),
    ('chat_offline_message', 'chat'),
    ('native_messaging', 'messaging'),
    ('sunshine_conversations_api', 'messaging'),
    ('sms', 'messaging'),
    ('text_message', 'messaging'),
    ('whatsapp', 'messaging'),
    ('line', 'messaging'),
    ('telegram', 'messaging'),
    ('viber', 'messaging'),
    ('wechat', 'messaging'),
    ('kakaotalk', 'messaging'),
    ('apple_business_chat', 'messaging'),
    ('google_business_messages', 'messaging'),
    ('google_rcs', 'messaging'),
    ('twilio_sms', 'messaging'),
    ('messagebird_sms', 'messaging'),
    ('voice', 'telephone'),
    ('voicemail', 'telephone'),
    ('phone_call_inbound', 'telephone'),
    ('phone_call_outbound', 'telephone'),
    ('api_voicemail', 'telephone'),
    ('api_phone_call_inbound', 'telephone'),
    ('api_phone_call_outbound', 'telephone'),
    ('twitter', 'social'),
    ('twitter_dm', 'social'),
    ('twitter_favorite', 'social'),
    ('facebook_post', 'social'),
    ('facebook_message', 'social'),
    ('facebook', 'social'),
    ('instagram_dm', 'social'),
    ('sunshine_conversations_facebook_messenger', 'social'),
    ('sunshine_conversations_twitter_dm', 'social')
),

agents_named as (
    select
        id,
        user_hash,
        employment = 'bot' as is_bot
    from agents
    union all
    select distinct
        assignee_id as id,
        assignee_hash as user_hash,
        false as is_bot
    from tickets
    where assignee_hash is not null
),

agents_known as (
    select
        user_hash,
        min(id) as agent_id,
        coalesce(bool_or(is_bot), false) as is_bot
    from agents_named
    group by user_hash
),

comments_changed as (
    select
        value as comment_id,
        arg_max(public, created_at) filter (where kind = 'privacy') as is_public,
        bool_or(kind = 'redaction') as is_redacted
    from ticket_events
    where kind in ('privacy', 'redaction')
    group by value
),

comments as (
    select
        ticket_comments.id as message_id,
        ticket_comments.ticket_id,
        ticket_comments.author_id,
        agents_known.agent_id,
        agents_known.is_bot,
        coalesce(ticket_comments.author_id = tickets.requester_id, false) as is_by_requester,
        coalesce(tickets.status = 'deleted' or comments_changed.is_redacted, false) as has_lost_text,
        coalesce(ticket_comments.channel, channels.channel) as channel,
        coalesce(comments_changed.is_public, ticket_comments.public) as is_public,
        ticket_comments.is_automatic,
        ticket_comments.created_at as sent_at,
        ticket_comments._row_id,
        ticket_comments._seen_at
    from ticket_comments
    left outer join tickets on ticket_comments.ticket_id = tickets.id
    left outer join channels on ticket_comments.via_type = channels.via_type
    left outer join agents_known on ticket_comments.author_id = agents_known.user_hash
    left outer join comments_changed on ticket_comments.id = comments_changed.comment_id
),

texts as (
    select
        _row_id,
        columns('^body(_themes|_sentiment|_character_count)?$')
    from ticket_comments
)

select
    comments.message_id,
    comments.ticket_id,
    case when not comments.is_by_requester then comments.agent_id end as agent_id,
    case
        when comments.author_id is null and comments.is_automatic = 'true' then 'bot'
        when comments.author_id is null then 'system'
        when comments.is_by_requester then 'customer'
        when comments.is_bot then 'bot'
        when comments.agent_id is not null then 'agent'
        else 'customer'
    end as author_role,
    comments.channel,
    columns('^body(_themes|_sentiment)?$'),
    texts.body_character_count,
    comments.is_public,
    comments.is_automatic,
    comments.sent_at,
    comments._row_id,
    comments._seen_at
from comments
left outer join texts on comments._row_id = texts._row_id and not comments.has_lost_text
