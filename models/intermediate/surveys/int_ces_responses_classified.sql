-- Two scales that run in opposite directions; what is an answer of which, and which answers are good, stands in ces_scales.
with ces_responses as (
    select * from {{ ref('stg_contract__ces_responses') }}
),

ces_scales as (
    select * from {{ ref('ces_scales') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

-- '5', '5.0' and ' 5 ' are one answer; '4.5' is none.
scored as (
    select
        *,
        {{ whole_number('score') }} as whole_score,
        {{ whole_number('agent_effort_score') }} as whole_agent_effort_score
    from ces_responses
),

scaled as (
    select
        scored.*,
        ces_scales.score as ces_score,
        ces_scales.is_favourable as is_easy,
        ces_scales.index_group as ces_index_group,
        agent_effort_scales.score as valid_agent_effort_score,
        agent_effort_scales.is_favourable as is_agent_effort_agreed
    from scored
    left outer join ces_scales
        on
            lower(trim(scored.scale)) = ces_scales.scale
            and scored.whole_score = ces_scales.score
            and ces_scales.scale <> 'agent_effort'
    left outer join ces_scales as agent_effort_scales
        on
            scored.whole_agent_effort_score = agent_effort_scales.score
            and agent_effort_scales.scale = 'agent_effort'
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
    lower(trim(ranked.scale)) as scale,
    ranked.ces_index_group,
    ranked.language,
    ranked.comment_themes,
    ranked.comment_sentiment,
    case
        when ranked.ces_score is null then 'score outside its scale'
        when tickets.exclusion_reason is not null then 'its ticket is excluded: ' || tickets.exclusion_reason
        when ranked.newest_rank > 1 then 'a later response rates the same ticket'
    end as exclusion_reason,
    ranked.ces_score,
    ranked.valid_agent_effort_score as agent_effort_score,
    coalesce(ranked.comment_character_count > 0, false) as has_comment,
    ranked.is_easy,
    ranked.is_agent_effort_agreed,
    ranked.responded_at
from ranked
left outer join tickets on ranked.ticket_key = tickets.ticket_key
