-- What it takes a customer to get an enquiry logged, dealt with and closed: observed, beside what surveys say.
with tickets as (
    select * from {{ ref('fct_tickets') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

counted as (
    select
        contact_reason,
        created_week,
        count(*) as contact_count,
        sum(case when is_resolved then 1 else 0 end) as resolved_count,
        sum(case when is_resolved and human_reply_count is not null then 1 else 0 end) as reply_known_count,
        sum(case when is_resolved and human_reply_count = 1 then 1 else 0 end) as one_touch_count,
        sum(case when is_resolved and human_reply_count = 2 then 1 else 0 end) as two_touch_count,
        sum(case when is_resolved then human_reply_count end) as resolved_reply_count,
        sum(customer_message_count) as customer_message_count,
        sum(case when customer_channel_count > 1 then 1 else 0 end) as channel_switched_count,
        sum(hand_off_count) as hand_off_count,
        sum(escalation_count) as escalation_count,
        sum(case when hand_off_count > 0 then 1 else 0 end) as handed_off_contact_count,
        sum(case when is_chaser then 1 else 0 end) as chaser_count,
        sum(reopen_count) as reopen_count,
        sum(conversation_calendar_seconds) as total_conversation_calendar_seconds,
        sum(requester_wait_calendar_seconds) as total_requester_wait_calendar_seconds,
        sum(agent_wait_calendar_seconds) as total_agent_wait_calendar_seconds,
        sum(on_hold_calendar_seconds) as total_on_hold_calendar_seconds
    from tickets
    group by contact_reason, created_week
)

select
    counted.contact_reason,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.chaser_count as bigint) as chaser_count,
    {{ ratio('counted.chaser_count', 'counted.contact_count') }} as chaser_ratio,
    cast(counted.resolved_count as bigint) as resolved_count,
    cast(counted.reply_known_count as bigint) as reply_known_count,
    cast(counted.one_touch_count as bigint) as one_touch_count,
    {{ ratio('counted.one_touch_count', 'counted.reply_known_count') }} as one_touch_ratio,
    cast(counted.two_touch_count as bigint) as two_touch_count,
    {{ ratio('counted.two_touch_count', 'counted.reply_known_count') }} as two_touch_ratio,
    cast(counted.resolved_reply_count as bigint) as resolved_reply_count,
    {{ ratio('counted.resolved_reply_count', 'counted.reply_known_count') }} as replies_per_resolution,
    cast(counted.customer_message_count as bigint) as customer_message_count,
    {{ ratio('counted.customer_message_count', 'counted.contact_count') }} as customer_messages_per_contact,
    cast(counted.channel_switched_count as bigint) as channel_switched_count,
    cast(counted.handed_off_contact_count as bigint) as handed_off_contact_count,
    cast(counted.hand_off_count as bigint) as hand_off_count,
    cast(counted.escalation_count as bigint) as escalation_count,
    cast(counted.reopen_count as bigint) as reopen_count,
    cast(counted.total_conversation_calendar_seconds as bigint) as total_conversation_calendar_seconds,
    cast(counted.total_requester_wait_calendar_seconds as bigint) as total_requester_wait_calendar_seconds,
    cast(counted.total_agent_wait_calendar_seconds as bigint) as total_agent_wait_calendar_seconds,
    cast(counted.total_on_hold_calendar_seconds as bigint) as total_on_hold_calendar_seconds,
    {{ add_days('counted.created_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.created_week
from counted
cross join horizons
