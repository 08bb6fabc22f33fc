with ces_responses as (
    select * from {{ ref('stg_contract__ces_responses') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

scored as (
    select
        *,
        case
            when {{ matches_pattern('trim(score)', "'^[0-9]([.]0+)?$'") }}
                then cast(split_part(trim(score), '.', 1) as integer)
        end as whole_score
    from ces_responses
),

scaled as (
    select
        *,
        case
            when scale = 'ces_1' and whole_score between 1 and 5 then whole_score
            when scale = 'ces_2' and whole_score between 1 and 7 then whole_score
        end as ces_score
    from scored
),

ranked as (
    select
        *,
        row_number() over (
            partition by coalesce(ticket_key, response_key), scale, ces_score is null
            order by responded_at desc nulls last, response_key desc nulls last
        ) as newest_rank
    from scaled
)

select
    ranked.response_key,
    ranked.invitation_key,
    ranked.ticket_key,
    ranked.customer_key,
    ranked.source_name,
    coalesce(tickets.market, 'unknown') as market,
    ranked.scale,
    ranked.comment_themes,
    ranked.comment_sentiment,
    case
        when ranked.ces_score is null then 'score outside its scale'
        when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason
        when ranked.newest_rank > 1 then 'a later response rates the same ticket'
    end as exclusion_reason,
    ranked.ces_score,
    ranked.responded_at
from ranked
left outer join tickets on ranked.ticket_key = tickets.ticket_key
