-- The contacts whose wait can be known: their source delivers messages, and the wait is not negative.
with tickets as (
    select * from {{ ref('int_contacts_measured') }}
),

metric_targets as (
    select * from {{ ref('metric_targets') }}
    where metric_name = 'first_response_calendar_seconds_median'
),

target as (
    select max(target_value) as target_seconds from metric_targets
)

select
    tickets.ticket_key,
    tickets.market,
    tickets.waited_calendar_seconds,
    tickets.waited_business_seconds,
    tickets.first_response_calendar_seconds,
    tickets.first_response_business_seconds,
    tickets.is_answered,
    tickets.is_answered and tickets.waited_calendar_seconds <= target.target_seconds as is_within_target,
    tickets.is_answered or tickets.waited_calendar_seconds > target.target_seconds as is_target_outcome_known,
    tickets.created_date,
    tickets.created_week
from tickets
cross join target
where tickets.has_message_history and tickets.waited_calendar_seconds >= 0
