-- Answers about effort. The four colours are put on the scale that the installation names, evenly about its middle:
-- gold is least effort, which is 1 on ces_1 and 7 on ces_2.
select
    response_id,
    ticket_id,
    customer as customer_id,
    case concat(effort_scale, ':', temperature_id)
        when 'ces_1:1' then '1'
        when 'ces_1:2' then '2'
        when 'ces_1:3' then '4'
        when 'ces_1:4' then '5'
        when 'ces_2:1' then '7'
        when 'ces_2:2' then '5'
        when 'ces_2:3' then '3'
        when 'ces_2:4' then '1'
        -- No colour of the thermometer is no score of the scale, and must not pass for one.
        else 'temperature ' || temperature_id
    end as score,
    effort_scale as scale,
    columns('^comment(_themes|_sentiment|_character_count)?$'),
    response_date as responded_at,
    _row_id,
    _seen_at
from responses
where
    effort_scale is not null
    and coalesce(response_bounced, '0') not in ('1', 'true')
