with delivery_marks as (
    select * from {{ ref('stg_contract__delivery_marks') }}
),

contact_source_events as (
    select * from {{ ref('int_contact_source_events') }}
),

order_source_events as (
    select * from {{ ref('int_order_source_events') }}
),

stated as (
    select
        source_name,
        max(complete_through_at) as stated_through_at
    from delivery_marks
    group by source_name
),

observed as (
    select
        source_name,
        max(last_event_at) as last_event_at
    from (
        select
            source_name,
            last_event_at
        from contact_source_events
        union all
        select
            source_name,
            last_event_at
        from order_source_events
    ) as last_events
    group by source_name
)

select
    coalesce(stated.source_name, observed.source_name) as source_name,
    case when stated.stated_through_at is null then 'last event' else 'stated by the source' end as horizon_basis,
    coalesce(stated.stated_through_at, observed.last_event_at) as complete_through_at
from stated
full outer join observed on stated.source_name = observed.source_name
where coalesce(stated.stated_through_at, observed.last_event_at) is not null
