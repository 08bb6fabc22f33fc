-- Answers about satisfaction, in the colours of the thermometer (seed csat_scales). This select accounts for every response:
-- those about effort are dropped here with the reason, and ces_responses.sql takes them.
select
    response_id,
    ticket_id,
    customer as customer_id,
    agent_id,
    case temperature_id
        when '1' then 'gold'
        when '2' then 'green'
        when '3' then 'yellow'
        when '4' then 'red'
        else temperature_id
    end as score,
    'thermometer' as scale,
    columns('^comment(_themes|_sentiment|_character_count)?$'),
    response_date as responded_at,
    case
        when response_bounced in ('1', 'true') then 'the survey did not reach the customer'
        when effort_scale is not null then 'an answer about effort (ces_responses)'
    end as _drop_reason,
    _row_id,
    _seen_at
from responses
