-- The ways of coming in that the vendor names, as the contract's channels; a way that is none of these (an interface, a rule)
-- has no channel unless the setting `channels` gives it one.
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

agent_hashes as (
    select distinct user_hash from agents
),

tickets_merged as (
    select
        ticket_id,
        arg_max(value, created_at) as merged_into_ticket_id
    from ticket_events
    where kind = 'merge'
    group by ticket_id
),

schedules_assigned as (
    select
        ticket_id,
        arg_max(value, created_at) as schedule_id
    from ticket_events
    where kind = 'schedule'
    group by ticket_id
)

select
    tickets.id as ticket_id,
    regexp_replace(tickets.url, '/api/v2/tickets/([0-9]+)([.]json)?$', '/agent/tickets/\1') as ticket_url,
    coalesce(users.reference, tickets.requester_id) as customer_id,
    tickets.order_id,
    tickets.seller_id,
    tickets.assignee_id as agent_id,
    coalesce(groups.name, tickets.group_id) as team_name,
    schedules_assigned.schedule_id as calendar_id,
    coalesce(tickets.requester_role, case when requesters.user_hash is not null then 'other' end) as requester_role,
    coalesce(tickets.channel, channels.channel) as channel,
    case when tickets.status <> 'deleted' then tickets.status end as status,
    tickets.priority,
    tickets.market,
    tickets.language,
    tickets.reason,
    tickets.tags,
    tickets.product,
    tickets.app_version,
    tickets.customer_tier,
    columns('^(subject|description)(_themes|_sentiment|_character_count)?$'),
    -- Without an event that names the other ticket, the vendor's own tag still says that there is one.
    coalesce(
        tickets_merged.merged_into_ticket_id,
        case when list_contains(string_split(tickets.tags, '|'), 'closed_by_merge') then 'unknown' end
    ) as merged_into_ticket_id,
    tickets.previous_ticket_id,
    coalesce(try_cast(tickets.reply_calendar_seconds as double), 60 * try_cast(tickets.reply_calendar_minutes as double))
        as vendor_first_response_calendar_seconds,
    60 * try_cast(tickets.reply_business_minutes as double) as vendor_first_response_business_seconds,
    -- An agent who writes in the agent's interface for somebody else, or calls. What comes through an interface or as a
    -- forwarded mail has an agent as its submitter too, and was asked by the customer all the same.
    coalesce(
        tickets.via_type = 'phone_call_outbound'
        or (
            tickets.via_type = 'web_form'
            and submitters.user_hash is not null
            and coalesce(tickets.submitter_id <> tickets.requester_id, true)
        ),
        false
    ) as is_outbound,
    tickets.is_spam,
    tickets.is_test,
    tickets.is_bot_only,
    tickets.created_at,
    tickets.updated_at,
    tickets.initially_assigned_at as picked_up_at,
    tickets.solved_at,
    case when tickets.status = 'deleted' then coalesce(deleted_tickets.deleted_at, tickets.updated_at) end as deleted_at,
    tickets._row_id,
    tickets._seen_at
from tickets
left outer join channels on tickets.via_type = channels.via_type
left outer join users on tickets.requester_id = users.id
left outer join groups on tickets.group_id = groups.id
left outer join agent_hashes as requesters on tickets.requester_id = requesters.user_hash
left outer join agent_hashes as submitters on tickets.submitter_id = submitters.user_hash
left outer join tickets_merged on tickets.id = tickets_merged.ticket_id
left outer join schedules_assigned on tickets.id = schedules_assigned.ticket_id
left outer join deleted_tickets on tickets.id = deleted_tickets.id
