with orders as (
    select * from {{ ref('stg_contract__orders') }}
),

deliveries as (
    select * from {{ ref('stg_contract__deliveries') }}
),

returns as (
    select * from {{ ref('stg_contract__returns') }}
),

inr_claims as (
    select * from {{ ref('stg_contract__inr_claims') }}
),

last_events as (
    select
        source_name,
        max(ordered_at) as last_event_at
    from orders
    group by source_name
    union all
    select
        source_name,
        max(greatest(shipped_at, coalesce(delivered_at, shipped_at))) as last_event_at
    from deliveries
    group by source_name
    union all
    select
        source_name,
        max(requested_at) as last_event_at
    from returns
    group by source_name
    union all
    -- A proxy is opened by a calendar, not by a customer: it says nothing of how far the data reach.
    select
        source_name,
        max(opened_at) as last_event_at
    from inr_claims
    where not is_proxy
    group by source_name
)

select
    source_name,
    max(last_event_at) as last_event_at
from last_events
group by source_name
