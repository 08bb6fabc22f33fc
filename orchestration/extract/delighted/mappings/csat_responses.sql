-- Answers from 1 (very dissatisfied) to 5 (very satisfied).
select
    response_id,
    ticket_id,
    coalesce(customer, person_email, person_id) as customer_id,
    score,
    'stars_1_5' as scale,
    responded_at,
    columns('^comment(_sentiment|_character_count)?$'),
    nullif(array_to_string(list_sort(list_distinct(string_split(concat_ws('|', comment_themes, smart_trends), '|'))), '|'), '')
        as comment_themes,
    _row_id,
    _file_name,
    _row_number,
    _seen_at
from survey_responses
where survey = 'csat'
