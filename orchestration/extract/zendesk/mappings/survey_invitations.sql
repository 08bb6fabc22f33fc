-- Offers of the old kind are ratings with the score "offered"; one that became an answer itself, or came without an offer, was
-- offered when it was created. Offers of the new kind are told by the ticket's events.
with offered_ratings as (
    select
        id,
        ticket_id,
        created_at
    from satisfaction_ratings
    where score = 'offered'
),

ratings as (
    select
        satisfaction_ratings.id as invitation_id,
        satisfaction_ratings.ticket_id,
        satisfaction_ratings.requester_id,
        satisfaction_ratings.created_at,
        satisfaction_ratings._row_id,
        satisfaction_ratings._seen_at
    from satisfaction_ratings
    asof left outer join offered_ratings
        on
            satisfaction_ratings.ticket_id = offered_ratings.ticket_id
            and satisfaction_ratings.created_at >= offered_ratings.created_at
    where
        satisfaction_ratings.score <> 'unoffered'
        and (satisfaction_ratings.score = 'offered' or offered_ratings.id is null)
),

surveys as (
    select
        coalesce(ticket_events.value, ticket_events.id) as invitation_id,
        ticket_events.ticket_id,
        tickets.requester_id,
        ticket_events.created_at,
        ticket_events._row_id,
        ticket_events._seen_at
    from ticket_events
    left outer join tickets on ticket_events.ticket_id = tickets.id
    where ticket_events.kind = 'survey_offered'
    qualify row_number() over (partition by invitation_id order by ticket_events.created_at) = 1
),

offers as (
    select * from ratings
    union all
    select * from surveys
)

select
    offers.invitation_id,
    offers.ticket_id,
    coalesce(users.reference, offers.requester_id) as customer_id,
    'csat' as survey_type,
    offers.created_at as offered_at,
    offers._row_id,
    offers._seen_at
from offers
left outer join users on offers.requester_id = users.id
