with tickets_classified as (
    select * from {{ ref('int_tickets_classified') }}
),

reason_labels as (
    select * from {{ ref('int_reason_labels_mapped') }}
)

select
    tickets_classified.ticket_key,
    tickets_classified.source_name,
    tickets_classified.ticket_id,
    tickets_classified.customer_key,
    tickets_classified.order_key,
    tickets_classified.seller_key,
    tickets_classified.agent_key,
    tickets_classified.calendar_key,
    tickets_classified.previous_ticket_id,
    tickets_classified.ticket_url,
    tickets_classified.team_name,
    tickets_classified.requester_role,
    tickets_classified.channel,
    tickets_classified.status,
    tickets_classified.priority,
    tickets_classified.market,
    tickets_classified.language,
    tickets_classified.product,
    tickets_classified.app_version,
    tickets_classified.customer_tier,
    coalesce(reason_labels.contact_reason, 'uncategorised') as contact_reason,
    coalesce(reason_labels.is_angry, false) as is_angry,
    coalesce(reason_labels.is_about_billing, false) as is_about_billing,
    tickets_classified.vendor_first_response_calendar_seconds,
    tickets_classified.vendor_first_response_business_seconds,
    tickets_classified.created_at,
    tickets_classified.picked_up_at,
    tickets_classified.solved_at,
    tickets_classified.complete_through_at
from tickets_classified
left outer join reason_labels
    on
        coalesce(tickets_classified.reason, '') = reason_labels.reason
        and coalesce(tickets_classified.tags, '') = reason_labels.tags
where tickets_classified.exclusion_reason is null
