-- A day is complete once every source of the entity has delivered through its end.
with horizons as (
    select * from {{ ref('int_source_horizons') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

orders as (
    select * from {{ ref('int_orders_shipped') }}
),

csat_responses as (
    select * from {{ ref('int_csat_responses_classified') }}
),

nps_responses as (
    select * from {{ ref('int_nps_responses_classified') }}
),

app_reviews as (
    select * from {{ ref('int_app_reviews_classified') }}
),

returns as (
    select * from {{ ref('int_returns_classified') }}
),

entity_sources as (
    select distinct
        'tickets' as entity_name,
        source_name
    from tickets
    union all
    select distinct
        'orders' as entity_name,
        source_name
    from orders
    union all
    select distinct
        'csat_responses' as entity_name,
        source_name
    from csat_responses
    union all
    select distinct
        'nps_responses' as entity_name,
        source_name
    from nps_responses
    union all
    select distinct
        'app_reviews' as entity_name,
        source_name
    from app_reviews
    union all
    select distinct
        'returns' as entity_name,
        source_name
    from returns
)

select
    entity_sources.entity_name,
    {{ reporting_date('min(horizons.complete_through_at)') }} as first_incomplete_date,
    min(horizons.complete_through_at) as complete_through_at
from entity_sources
inner join horizons on entity_sources.source_name = horizons.source_name
group by entity_sources.entity_name
