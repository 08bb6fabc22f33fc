with nps_responses as (
    select * from {{ ref('stg_contract__nps_responses') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

-- One person's answers count once a quarter, whichever system's account they came with.
answered as (
    select
        nps_responses.*,
        customers_linked.person_key
    from nps_responses
    left outer join customers_linked on nps_responses.customer_key = customers_linked.customer_key
),

scored as (
    select
        *,
        {{ quarter_of(reporting_date('responded_at')) }} as responded_quarter,
        case
            when {{ matches_pattern('trim(score)', "'^(10|[0-9])([.]0+)?$'") }}
                then cast(split_part(trim(score), '.', 1) as integer)
        end as nps_response_score
    from answered
),

-- Nothing says which of a person's undated responses came last, so each of them counts.
ranked as (
    select
        *,
        row_number() over (
            partition by
                coalesce(person_key, response_key),
                coalesce(cast(responded_quarter as varchar), response_key),
                nps_response_score is null
            order by responded_at desc nulls last, response_key desc nulls last
        ) as newest_rank
    from scored
),

contacts_by_person as (
    select
        customers_linked.person_key,
        contacts.created_at
    from contacts
    inner join customers_linked on contacts.customer_key = customers_linked.customer_key
),

recently_contacted as (
    select distinct ranked.response_key
    from ranked
    inner join contacts_by_person as contacts
        on
            ranked.person_key = contacts.person_key
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
