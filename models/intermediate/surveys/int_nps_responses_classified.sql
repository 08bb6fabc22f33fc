with nps_responses as (
    select * from {{ ref('stg_contract__nps_responses') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

resolutions as (
    select * from {{ ref('int_resolutions') }}
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
        contacts.created_at,
        {{ add_seconds('contacts.created_at', 14 * 86400) }} as recent_until_at,
        resolutions.open_until_at
    from contacts
    inner join customers_linked on contacts.customer_key = customers_linked.customer_key
    inner join resolutions on contacts.ticket_key = resolutions.ticket_key
),

-- Who waits for us, or just did, answers about that: asking "would you recommend us?" then misleads.
near_contacts as (
    select
        ranked.response_key,
        max(case when ranked.responded_at < contacts.recent_until_at then 1 else 0 end) as recent_contact_count,
        max(case when ranked.responded_at < contacts.open_until_at then 1 else 0 end) as open_contact_count
    from ranked
    inner join contacts_by_person as contacts
        on
            ranked.person_key = contacts.person_key
            and ranked.responded_at >= contacts.created_at
    group by ranked.response_key
)

select
    ranked.response_key,
    ranked.invitation_key,
    ranked.customer_key,
    ranked.source_name,
    coalesce(ranked.market, 'unknown') as market,
    ranked.language,
    ranked.comment_themes,
    ranked.comment_sentiment,
    case
        when ranked.nps_response_score is null then 'score outside 0 to 10'
        when ranked.newest_rank > 1 then 'a later response of the same person in the quarter'
    end as exclusion_reason,
    ranked.nps_response_score,
    coalesce(ranked.comment_character_count > 0, false) as has_comment,
    coalesce(near_contacts.recent_contact_count, 0) = 1 as has_recent_contact,
    coalesce(near_contacts.open_contact_count, 0) = 1 as has_open_contact,
    ranked.responded_quarter,
    ranked.responded_at
from ranked
left outer join near_contacts on ranked.response_key = near_contacts.response_key
