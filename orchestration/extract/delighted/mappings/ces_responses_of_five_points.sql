-- Agreement with 'they made it easy', from 1 (strongly disagree) to 5 (strongly agree), turned over: on ces_1 little effort is low.
select
    response_id,
    ticket_id,
    coalesce(customer, person_email, person_id) as customer_id,
    case when try_cast(score as integer) between 1 and 5 then cast(6 - try_cast(score as integer) as varchar) else score end as score,
    'ces_1' as scale,
    responded_at,
    columns('^comment(_sentiment|_character_count)?$'),
    nullif(array_to_string(list_sort(list_distinct(string_split(concat_ws('|', comment_themes, smart_trends), '|'))), '|'), '')
        as comment_themes,
    _row_id,
    _file_name,
    _row_number,
    _seen_at
from survey_responses
where survey = 'ces'
