-- The vendor measures per conversation and not per teammate: the time stands with who has the conversation now.
select
    id as handle_time_id,
    id as ticket_id,
    admin_assignee_id as agent_id,
    'measured' as provenance,
    handle_seconds,
    first_assignment_at as started_at,
    _row_id,
    _seen_at
from conversations
where handle_seconds is not null
