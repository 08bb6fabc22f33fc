-- A rating that was asked for, whether it was given or not.
select
    id as invitation_id,
    id as ticket_id,
    coalesce(rated_by, customer_id) as customer_id,
    'csat' as survey_type,
    rating_requested_at as offered_at,
    _row_id,
    _seen_at
from conversations
where rating_requested_at is not null
