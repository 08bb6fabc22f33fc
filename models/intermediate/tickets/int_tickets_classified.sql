with tickets as (
    select * from {{ ref('int_tickets_unioned') }}
),

horizons as (
    select * from {{ ref('int_source_horizons') }}
),

-- The first reason that holds is the one that is given: a deleted test ticket is counted once, as deleted.
classified as (
    select
        tickets.*,
        horizons.complete_through_at,
        case
            when tickets.deleted_at is not null then 'deleted at the source'
            when tickets.is_test then 'test'
            when tickets.is_spam then 'spam'
            when tickets.merged_into_ticket_id is not null then 'merged into another ticket'
            when tickets.is_outbound then 'opened by an agent'
            when tickets.is_bot_only then 'handled by a bot alone'
        end as exclusion_reason
    from tickets
    left outer join horizons on tickets.source_name = horizons.source_name
)

select
    ticket_key,
    source_name,
    ticket_id,
    customer_key,
    order_key,
    seller_key,
    agent_key,
    coalesce(calendar_key, {{ "'" ~ var('default_calendar') ~ "'" if var('default_calendar') else 'cast(null as varchar)' }})
        as calendar_key,
    previous_ticket_id,
    ticket_url,
    team_name,
    requester_role,
    channel,
    status,
    priority,
    coalesce(market, 'unknown') as market,
    language,
    reason,
    tags,
    product,
    app_version,
    customer_tier,
    exclusion_reason,
    vendor_first_response_calendar_seconds,
    vendor_first_response_business_seconds,
    created_at,
    picked_up_at,
    solved_at,
    complete_through_at
from classified
