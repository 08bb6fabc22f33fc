-- The rating of the conversation by its contact. The rating of the AI agent is another question and no part of this.
select
    id as response_id,
    id as invitation_id,
    id as ticket_id,
    rated_by as customer_id,
    rating_teammate_id as agent_id,
    rating as score,
    'stars_1_5' as scale,
    case when comment_character_count is not null then language end as language,
    columns('^comment(_themes|_sentiment|_character_count)?$'),
    coalesce(rating_updated_at, rating_requested_at) as responded_at,
    _row_id,
    _seen_at
from conversations
where rating is not null
