with contacts as (
    select * from {{ ref('int_contacts_measured') }}
),

efforts as (
    select * from {{ ref('int_contact_efforts') }}
),

coverage as (
    select * from {{ ref('int_wait_coverage') }}
),

contact_reasons as (
    select * from {{ ref('contact_reasons') }}
),

-- A label that says a category in so many words comes before the category of the reason.
said_categories as (
    select
        ticket_key,
        topic as category,
        row_number() over (
            partition by ticket_key order by topic_rule_rank asc nulls last, label_kind asc nulls last
        ) as label_rank
    from {{ ref('fct_contact_labels') }}
    where topic_kind = 'category'
)

select
    contacts.ticket_key,
    contacts.ticket_id,
    contacts.customer_key,
    contacts.order_key,
    contacts.seller_key,
    contacts.agent_key,
    contacts.calendar_key,
    contacts.previous_ticket_id,
    contacts.source_name,
    contacts.ticket_url,
    contacts.contact_reason,
    coalesce(said_categories.category, contact_reasons.category) as feedback_category,
    contacts.requester_role,
    contacts.channel,
    contacts.status,
    contacts.priority,
    contacts.market,
    contacts.language,
    contacts.team_name,
    contacts.product,
    contacts.app_version,
    contacts.customer_tier,
    contacts.first_response_calendar_seconds,
    contacts.first_response_business_seconds,
    contacts.waited_calendar_seconds,
    contacts.waited_business_seconds,
    cast(coverage.covered_calendar_seconds as bigint) as waited_covered_calendar_seconds,
    cast(contacts.waited_calendar_seconds - coverage.covered_calendar_seconds as bigint)
        as waited_uncovered_calendar_seconds,
    contacts.vendor_first_response_calendar_seconds,
    contacts.vendor_first_response_business_seconds,
    contacts.pick_up_calendar_seconds,
    contacts.age_calendar_seconds,
    contacts.first_resolution_calendar_seconds,
    contacts.first_resolution_business_seconds,
    contacts.resolution_calendar_seconds,
    contacts.resolution_business_seconds,
    contacts.open_calendar_seconds,
    contacts.open_business_seconds,
    contacts.human_reply_count,
    contacts.reopen_count,
    cast(efforts.customer_message_count as bigint) as customer_message_count,
    cast(efforts.customer_channel_count as bigint) as customer_channel_count,
    cast(efforts.replying_agent_count as bigint) as replying_agent_count,
    cast(efforts.hand_off_count as bigint) as hand_off_count,
    cast(efforts.escalation_count as bigint) as escalation_count,
    cast(efforts.next_response_count as bigint) as next_response_count,
    cast(efforts.conversation_calendar_seconds as bigint) as conversation_calendar_seconds,
    cast(efforts.total_reply_calendar_seconds as bigint) as total_reply_calendar_seconds,
    cast(efforts.total_reply_business_seconds as bigint) as total_reply_business_seconds,
    cast(efforts.requester_wait_calendar_seconds as bigint) as requester_wait_calendar_seconds,
    cast(efforts.requester_wait_business_seconds as bigint) as requester_wait_business_seconds,
    cast(efforts.agent_wait_calendar_seconds as bigint) as agent_wait_calendar_seconds,
    cast(efforts.agent_wait_business_seconds as bigint) as agent_wait_business_seconds,
    cast(efforts.on_hold_calendar_seconds as bigint) as on_hold_calendar_seconds,
    cast(efforts.on_hold_business_seconds as bigint) as on_hold_business_seconds,
    contacts.has_message_history,
    contacts.has_reply_before_request,
    contacts.is_answered,
    contacts.is_resolved,
    contacts.is_chaser,
    contacts.is_angry,
    contacts.is_about_billing,
    contacts.created_date,
    contacts.created_week,
    contacts.resolved_date,
    contacts.created_at,
    contacts.waiting_from_at,
    contacts.first_response_at,
    contacts.picked_up_at,
    contacts.first_resolved_at,
    contacts.resolved_at,
    contacts.complete_through_at
from contacts
left outer join efforts on contacts.ticket_key = efforts.ticket_key
left outer join coverage on contacts.ticket_key = coverage.ticket_key
left outer join contact_reasons on contacts.contact_reason = contact_reasons.contact_reason
left outer join said_categories on contacts.ticket_key = said_categories.ticket_key and said_categories.label_rank = 1
