-- The one place where ticket systems come together: each adds a branch with the same columns.
with contract_tickets as (
    select * from {{ ref('stg_contract__tickets') }}
)

select
    ticket_key,
    source_name,
    ticket_id,
    customer_key,
    order_key,
    seller_key,
    agent_key,
    calendar_key,
    merged_into_ticket_id,
    previous_ticket_id,
    ticket_url,
    team_name,
    requester_role,
    channel,
    status,
    priority,
    market,
    language,
    reason,
    tags,
    product,
    app_version,
    customer_tier,
    vendor_first_response_calendar_seconds,
    vendor_first_response_business_seconds,
    is_outbound,
    is_spam,
    is_test,
    is_bot_only,
    created_at,
    picked_up_at,
    solved_at,
    deleted_at
from contract_tickets
