-- An article of a ticket. Public is what was sent to the customer: notes are not, even those that customers may see.
with listed as (
    select
        id as ticket_id,
        unnest(from_json(article_ids, '["varchar"]')) as article_id
    from tickets
),

merged as (
    select tickets.id as ticket_id
    from tickets
    inner join ticket_states on tickets.state_id = ticket_states.id
    where ticket_states.state_type = 'merged'
)

select
    ticket_articles.id as message_id,
    ticket_articles.ticket_id,
    ticket_articles.agent_id,
    columns('^body(_themes|_sentiment|_character_count)?$'),
    ticket_articles.created_at as sent_at,
    ticket_articles._row_id,
    ticket_articles._seen_at,
    case
        when ticket_articles.sender = 'Customer' then 'customer'
        when ticket_articles.sender = 'Agent' and agents.employment = 'bot' then 'bot'
        when ticket_articles.sender = 'Agent' then 'agent'
        else 'system'
    end as author_role,
    case
        when ticket_articles.type = 'phone' then 'telephone'
        when ticket_articles.type in ('email', 'chat', 'web') then ticket_articles.type
        when ticket_articles.type in ('sms', 'telegram personal-message', 'whatsapp message') then 'messaging'
        when ticket_articles.type like 'twitter%' or ticket_articles.type like 'facebook%' then 'social'
    end as channel,
    ticket_articles.internal = 'false' and ticket_articles.type <> 'note' as is_public,
    ticket_articles.sender = 'System'
    or ticket_articles.perform_origin is not null
    or coalesce(ticket_articles.is_auto_response = 'true', false) as is_automatic,
    case
        when listed.article_id is null then 'the article was deleted, or moved to another ticket'
        when merged.ticket_id is not null and ticket_articles.type = 'note' and ticket_articles.sender = 'Agent'
            then 'the note that a merge leaves behind'
    end as _drop_reason
from ticket_articles
left outer join listed on ticket_articles.ticket_id = listed.ticket_id and ticket_articles.id = listed.article_id
left outer join merged on ticket_articles.ticket_id = merged.ticket_id
left outer join agents on ticket_articles.agent_id = agents.id
