with tickets as (
    select * from {{ ref('stg_contract__tickets') }}
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
),

ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
),

csat_responses as (
    select * from {{ ref('stg_contract__csat_responses') }}
),

ces_responses as (
    select * from {{ ref('stg_contract__ces_responses') }}
),

nps_responses as (
    select * from {{ ref('stg_contract__nps_responses') }}
),

app_reviews as (
    select * from {{ ref('stg_contract__app_reviews') }}
),

last_events as (
    select
        source_name,
        max(greatest(created_at, coalesce(solved_at, created_at))) as last_event_at
    from tickets
    group by source_name
    union all
    select
        source_name,
        max(sent_at) as last_event_at
    from ticket_messages
    group by source_name
    union all
    select
        source_name,
        max(changed_at) as last_event_at
    from ticket_changes
    group by source_name
    union all
    select
        source_name,
        max(responded_at) as last_event_at
    from csat_responses
    group by source_name
    union all
    select
        source_name,
        max(responded_at) as last_event_at
    from ces_responses
    group by source_name
    union all
    select
        source_name,
        max(responded_at) as last_event_at
    from nps_responses
    group by source_name
    union all
    select
        source_name,
        max(greatest(reviewed_at, coalesce(replied_at, reviewed_at))) as last_event_at
    from app_reviews
    group by source_name
)

select
    source_name,
    max(last_event_at) as last_event_at
from last_events
group by source_name
