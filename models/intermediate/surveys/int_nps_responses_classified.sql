with nps_responses as (
    select * from {{ ref('stg_contract__nps_responses') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

scored as (
    select
        *,
        {{ quarter_of(reporting_date('responded_at')) }} as responded_quarter,
        case
            when {{ matches_pattern('trim(score)', "'^(10|[0-9])([.]0+)?$'") }}
                then cast(split_part(trim(score), '.', 1) as integer)
        end as nps_response_score
    from nps_responses
),

-- Nothing says which of a person's undated responses came last, so each of them counts.
ranked as (
    select
        *,
        row_number() over (
            partition by
                coalesce(customer_key, response_key),
                coalesce(cast(responded_quarter as varchar), response_key),
                nps_response_score is null
            order by responded_at desc nulls last, response_key desc nulls last
        ) as newest_rank
    from scored
),

recently_contacted as (
    select distinct ranked.response_key
    from ranked
    inner join contacts
        on
            ranked.customer_key = contacts.customer_key
            and ranked.responded_at >= contacts.created_at
            and ranked.responded_at < {{ add_seconds('contacts.created_at', 14 * 86400) }}
)

select
    ranked.response_key,
    ranked.invitation_key,
    ranked.customer_key,
    ranked.source_name,
    coalesce(ranked.market, 'unknown') as market,
    ranked.comment_themes,
    ranked.comment_sentiment,
    case
        when ranked.nps_response_score is null then 'score outside 0 to 10'
        when ranked.newest_rank > 1 then 'a later response of the same person in the quarter'
    end as exclusion_reason,
    ranked.nps_response_score,
    recently_contacted.response_key is not null as has_recent_contact,
    ranked.responded_quarter,
    ranked.responded_at
from ranked
left outer join recently_contacted on ranked.response_key = recently_contacted.response_key
