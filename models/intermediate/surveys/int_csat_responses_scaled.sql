with csat_responses as (
    select * from {{ ref('stg_contract__csat_responses') }}
),

csat_scales as (
    select * from {{ ref('csat_scales') }}
),

written as (
    select
        *,
        -- '5', '5.0' and ' 5 ' are one answer; '8.5' is none.
        coalesce(
            case
                when {{ matches_pattern('trim(score)', "'^[0-9]+([.]0+)?$'") }} then split_part(trim(score), '.', 1)
            end,
            lower(trim(score))
        ) as answer
    from csat_responses
)

select
    written.response_key,
    written.source_name,
    written.invitation_key,
    written.ticket_key,
    written.customer_key,
    written.agent_key,
    written.scale,
    written.score,
    csat_scales.rating,
    written.stated_reason,
    written.language,
    written.comment_themes,
    written.comment_sentiment,
    coalesce(written.comment_character_count > 0, false) as has_comment,
    written.responded_at
from written
left outer join csat_scales
    on
        lower(trim(written.scale)) = csat_scales.scale
        and written.answer = csat_scales.answer
