-- Ratings of the old kind (good or bad) and answers to surveys of the new one. An account has one of the two at a time.
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
        satisfaction_ratings.id as response_id,
        satisfaction_ratings.ticket_id,
        coalesce(users.reference, satisfaction_ratings.requester_id) as customer_id,
        satisfaction_ratings.assignee_id,
        satisfaction_ratings.score,
        satisfaction_ratings.reason,
        satisfaction_ratings.language,
        columns('^comment(_themes|_sentiment|_character_count)?$'),
        satisfaction_ratings.updated_at,
        satisfaction_ratings._row_id,
        satisfaction_ratings._file_name,
        satisfaction_ratings._seen_at,
        offered_ratings.id as offer_id
    from satisfaction_ratings
    left outer join users on satisfaction_ratings.requester_id = users.id
    asof left outer join offered_ratings
        on
            satisfaction_ratings.ticket_id = offered_ratings.ticket_id
            and satisfaction_ratings.created_at >= offered_ratings.created_at
),

offered_surveys as (
    select
        coalesce(value, id) as invitation_id,
        ticket_id,
        created_at
    from ticket_events
    where kind = 'survey_offered'
),

named_surveys as (
    select distinct invitation_id from offered_surveys
),

responses as (
    select
        survey_responses.id as response_id,
        survey_responses.ticket_id,
        coalesce(users.reference, survey_responses.responder_id) as customer_id,
        survey_responses.rating,
        survey_responses.rating_category,
        survey_responses.scale,
        survey_responses.reason,
        survey_responses.language,
        columns('^comment(_themes|_sentiment|_character_count)?$'),
        survey_responses.answered_at,
        survey_responses._row_id,
        survey_responses._file_name,
        survey_responses._seen_at,
        coalesce(named_surveys.invitation_id, offered_surveys.invitation_id) as offer_id
    from survey_responses
    left outer join users on survey_responses.responder_id = users.id
    left outer join named_surveys on survey_responses.id = named_surveys.invitation_id
    asof left outer join offered_surveys
        on
            survey_responses.ticket_id = offered_surveys.ticket_id
            and survey_responses.answered_at >= offered_surveys.created_at
)

select
    response_id,
    -- A rating without an offer of its own was offered when it was created.
    coalesce(offer_id, response_id) as invitation_id,
    ticket_id,
    customer_id,
    assignee_id as agent_id,
    regexp_replace(score, '_with(out)?_comment$', '') as score,
    'good_bad' as scale,
    reason as stated_reason,
    -- The ticket's: Zendesk does not say in which language a comment is.
    case when comment_character_count is not null then language end as language,
    columns('^comment(_themes|_sentiment|_character_count)?$'),
    updated_at as responded_at,
    case when score in ('offered', 'unoffered') then 'not answered' end as _drop_reason,
    _row_id,
    _file_name,
    _seen_at
from ratings
union all by name
select
    response_id,
    offer_id as invitation_id,
    ticket_id,
    customer_id,
    cast(null as varchar) as agent_id,
    case
        when scale = 'stars_1_5' then rating
        when rating_category = 'neutral' then 'ok'
        else rating_category
    end as score,
    coalesce(scale, 'good_ok_bad') as scale,
    reason as stated_reason,
    case when comment_character_count is not null then language end as language,
    columns('^comment(_themes|_sentiment|_character_count)?$'),
    answered_at as responded_at,
    case when rating is null then 'not answered' end as _drop_reason,
    _row_id,
    _file_name,
    _seen_at
from responses
