-- Answers to 'would you recommend us?'. This select accounts for every response: those of other surveys are dropped here
-- with the reason, and csat_responses.sql and ces_responses.sql take theirs.
select
    response_id,
    coalesce(customer, person_email, person_id) as customer_id,
    market,
    score,
    responded_at,
    columns('^comment(_sentiment|_character_count)?$'),
    nullif(array_to_string(list_sort(list_distinct(string_split(concat_ws('|', comment_themes, smart_trends), '|'))), '|'), '')
        as comment_themes,
    case
        when survey is null then 'the survey has no type'
        when survey in ('csat', 'ces') then 'an answer to a ' || survey || ' survey, mapped as such'
        when survey <> 'nps' then 'an answer to a ' || survey || ' survey, which no metric counts'
    end as _drop_reason,
    _row_id,
    _file_name,
    _row_number,
    _seen_at
from survey_responses
