-- A ticket as it is now. Owners that are nobody, groups that are no team, and what was merged or deleted are told apart.
with absorptions as (
    -- Merging empties a ticket into another one; only the history says which.
    select
        ticket_id,
        arg_max(id_to, created_at) as merged_into_ticket_id
    from ticket_histories
    where type = 'merged_into'
    group by ticket_id
),

owner_changes as (
    select
        ticket_id,
        arg_min(id_from, try_cast(id as bigint)) as first_owner_id,
        min(created_at) filter (where id_to <> '1') as first_taken_at
    from ticket_histories
    where attribute = 'owner'
    group by ticket_id
),

joined as (
    select
        tickets.*,
        customers.customer_reference,
        ticket_states.status,
        ticket_states.state_type,
        absorptions.merged_into_ticket_id,
        owner_changes.first_taken_at,
        ticket_deletions.noticed_at as deleted_at,
        coalesce(ticket_groups.name, tickets.group_name) as current_group_name,
        coalesce(ticket_groups.is_team, 'true') as is_team,
        coalesce(ticket_priorities.name, tickets.priority_name) as priority,
        coalesce(owner_changes.first_owner_id, tickets.owner_id, '1') <> '1' as had_owner_at_once
    from tickets
    left outer join ticket_states on tickets.state_id = ticket_states.id
    left outer join customers on tickets.customer_id = customers.id
    left outer join ticket_groups on tickets.group_id = ticket_groups.id
    left outer join ticket_priorities on tickets.priority_id = ticket_priorities.id
    left outer join ticket_deletions on tickets.id = ticket_deletions.ticket_id
    left outer join absorptions on tickets.id = absorptions.ticket_id
    left outer join owner_changes on tickets.id = owner_changes.ticket_id
)

select
    id as ticket_id,
    url as ticket_url,
    coalesce(customer_reference, customer_id) as customer_id,
    order_id,
    seller_id,
    calendar_id,
    requester_role,
    status,
    priority,
    market,
    language,
    reason,
    product,
    app_version,
    customer_tier,
    columns('^(subject|description)(_themes|_sentiment|_character_count)?$'),
    previous_ticket_id,
    is_bot_only,
    created_at,
    updated_at,
    deleted_at,
    _row_id,
    _seen_at,
    nullif(owner_id, '1') as agent_id,
    case when is_team = 'true' then current_group_name end as team_name,
    coalesce(
        channel,
        case
            when create_article_type = 'phone' then 'telephone'
            when create_article_type in ('email', 'chat', 'web') then create_article_type
            when create_article_type in ('sms', 'telegram personal-message', 'whatsapp message') then 'messaging'
            when create_article_type like 'twitter%' or create_article_type like 'facebook%' then 'social'
        end
    ) as channel,
    nullif(array_to_string(from_json(tags, '["varchar"]'), '|'), '') as tags,
    -- A merge whose history is gone stays a merge: no contact of its own, whichever ticket it went to.
    case when state_type = 'merged' then coalesce(merged_into_ticket_id, 'unknown') end as merged_into_ticket_id,
    epoch(try_cast(first_response_at as timestamp) - try_cast(created_at as timestamp))
        as vendor_first_response_calendar_seconds,
    60 * try_cast(first_response_in_min as double) as vendor_first_response_business_seconds,
    create_article_sender = 'Agent' as is_outbound,
    coalesce(try_cast(is_spam as boolean), false) or has_spam_tag = 'true' as is_spam,
    coalesce(try_cast(is_test as boolean), false) or has_test_tag = 'true' as is_test,
    case when had_owner_at_once then created_at else first_taken_at end as picked_up_at,
    coalesce(last_close_at, close_at) as solved_at
from joined
