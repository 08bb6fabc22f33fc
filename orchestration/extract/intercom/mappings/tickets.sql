-- A conversation is a ticket. Intercom knows open, snoozed and closed; a closed one opens again when the customer writes.
with people_asked as (
    select
        conversation_id,
        min(try_cast(created_at as bigint)) filter (where assigned_to_type = 'admin') as picked_up_at,
        bool_or(assigned_to_type in ('admin', 'team') or author_type in ('admin', 'team')) as has_person,
        bool_or(author_type = 'bot' and part_type = 'comment' and coalesce(from_ai_agent, 'false') = 'true') as has_ai_answer
    from conversation_parts
    group by conversation_id
),

gone as (
    select
        id,
        deleted_at
    from deleted_conversations
)

select
    conversations.id as ticket_id,
    conversations.url as ticket_url,
    conversations.customer_id,
    conversations.order_id,
    conversations.seller_id,
    conversations.admin_assignee_id as agent_id,
    coalesce(teams.name, conversations.team_assignee_id) as team_name,
    conversations.calendar_id,
    conversations.requester_role,
    conversations.channel,
    case conversations.state
        when 'open' then 'open'
        when 'snoozed' then 'pending'
        when 'closed' then 'solved'
        else conversations.state
    end as status,
    conversations.priority,
    conversations.market,
    conversations.language,
    conversations.reason,
    nullif(array_to_string(json_extract_string(conversations.tags, '$[*].name'), '|'), '') as tags,
    conversations.product,
    conversations.app_version,
    conversations.customer_tier,
    columns('^(subject|description)(_themes|_sentiment|_character_count)?$'),
    conversations.merged_into_ticket_id,
    conversations.previous_ticket_id,
    -- Both figures are the vendor's own: the calendar's by its instants, the other already without its office's closed hours.
    try_cast(conversations.first_admin_reply_at as bigint) - try_cast(conversations.first_contact_reply_at as bigint)
        as vendor_first_response_calendar_seconds,
    conversations.time_to_admin_reply as vendor_first_response_business_seconds,
    conversations.source_delivered_as <> 'customer_initiated' as is_outbound,
    conversations.is_spam,
    conversations.is_test,
    (conversations.ai_agent_participated = 'true' or coalesce(people_asked.has_ai_answer, false))
    and not coalesce(people_asked.has_person, false)
    and conversations.admin_assignee_id is null
    and conversations.team_assignee_id is null
    and coalesce(conversations.ai_agent_resolution_state, '') <> 'routed_to_team'
    and conversations.state = 'closed' as is_bot_only,
    conversations.created_at,
    conversations.updated_at,
    case when conversations.source_delivered_as = 'customer_initiated' then people_asked.picked_up_at end as picked_up_at,
    conversations.last_close_at as solved_at,
    -- Who was seen gone and changed after that is there.
    case
        when try_cast(gone.deleted_at as bigint) >= try_cast(conversations.updated_at as bigint) then gone.deleted_at
    end as deleted_at,
    conversations._row_id,
    conversations._seen_at
from conversations
left outer join people_asked on conversations.id = people_asked.conversation_id
left outer join teams on conversations.team_assignee_id = teams.id
left outer join gone on conversations.id = gone.id
