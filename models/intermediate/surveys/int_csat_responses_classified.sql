with csat_responses as (
    select * from {{ ref('int_csat_responses_scaled') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

-- Only readable answers compete for being a ticket's latest.
ranked as (
    select
        *,
        row_number() over (
            partition by coalesce(ticket_key, response_key), rating is null
            order by responded_at desc nulls last, response_key desc nulls last
        ) as newest_rank
    from csat_responses
)

select
    ranked.response_key,
    ranked.invitation_key,
    ranked.ticket_key,
    ranked.customer_key,
    ranked.agent_key as named_agent_key,
    ranked.source_name,
    coalesce(tickets.market, 'unknown') as market,
    ranked.scale,
    ranked.score,
    ranked.rating,
    ranked.stated_reason,
    ranked.language,
    ranked.comment_themes,
    ranked.comment_sentiment,
    case
        when ranked.rating is null then 'score outside its scale'
        when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason
        when ranked.newest_rank > 1 then 'a later response rates the same ticket'
    end as exclusion_reason,
    ranked.has_comment,
    ranked.responded_at
from ranked
left outer join tickets on ranked.ticket_key = tickets.ticket_key
