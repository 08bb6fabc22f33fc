with contacts as (
    select * from {{ ref('int_contacts') }}
),

first_responses as (
    select * from {{ ref('int_first_responses') }}
),

resolutions as (
    select * from {{ ref('int_resolutions') }}
),

business_clocks as (
    select * from {{ ref('int_contact_business_clocks') }}
),

joined as (
    select
        contacts.*,
        first_responses.human_reply_count,
        first_responses.has_message_history,
        first_responses.has_reply_before_request,
        first_responses.waiting_from_at,
        first_responses.first_response_at,
        first_responses.waiting_until_at,
        resolutions.reopen_count,
        resolutions.is_resolved,
        resolutions.first_resolved_at,
        resolutions.resolved_at,
        resolutions.open_until_at,
        business_clocks.waited_business_seconds,
        business_clocks.open_business_seconds,
        business_clocks.first_resolution_business_seconds
    from contacts
    left outer join first_responses on contacts.ticket_key = first_responses.ticket_key
    left outer join resolutions on contacts.ticket_key = resolutions.ticket_key
    left outer join business_clocks on contacts.ticket_key = business_clocks.ticket_key
),

measured as (
    select
        *,
        {{ epoch_seconds('waiting_until_at') }} - {{ epoch_seconds('waiting_from_at') }} as waited_calendar_seconds,
        {{ epoch_seconds('open_until_at') }} - {{ epoch_seconds('created_at') }} as open_calendar_seconds,
        {{ epoch_seconds('first_resolved_at') }} - {{ epoch_seconds('created_at') }}
            as first_resolution_calendar_seconds,
        case
            when picked_up_at >= created_at then {{ epoch_seconds('picked_up_at') }} - {{ epoch_seconds('created_at') }}
        end as pick_up_calendar_seconds,
        {{ epoch_seconds('complete_through_at') }} - {{ epoch_seconds('created_at') }} as age_calendar_seconds,
        {{ reporting_date('created_at') }} as created_date
    from joined
)

select
    ticket_key,
    ticket_id,
    customer_key,
    order_key,
    seller_key,
    agent_key,
    calendar_key,
    previous_ticket_id,
    source_name,
    ticket_url,
    contact_reason,
    requester_role,
    channel,
    status,
    priority,
    market,
    language,
    team_name,
    product,
    app_version,
    customer_tier,
    cast(case when first_response_at is not null then waited_calendar_seconds end as bigint)
        as first_response_calendar_seconds,
    cast(case when first_response_at is not null then waited_business_seconds end as bigint)
        as first_response_business_seconds,
    cast(waited_calendar_seconds as bigint) as waited_calendar_seconds,
    cast(waited_business_seconds as bigint) as waited_business_seconds,
    vendor_first_response_calendar_seconds,
    vendor_first_response_business_seconds,
    cast(pick_up_calendar_seconds as bigint) as pick_up_calendar_seconds,
    cast(age_calendar_seconds as bigint) as age_calendar_seconds,
    cast(first_resolution_calendar_seconds as bigint) as first_resolution_calendar_seconds,
    cast(first_resolution_business_seconds as bigint) as first_resolution_business_seconds,
    cast(case when is_resolved then open_calendar_seconds end as bigint) as resolution_calendar_seconds,
    cast(case when is_resolved then open_business_seconds end as bigint) as resolution_business_seconds,
    cast(open_calendar_seconds as bigint) as open_calendar_seconds,
    cast(open_business_seconds as bigint) as open_business_seconds,
    cast(human_reply_count as bigint) as human_reply_count,
    cast(reopen_count as bigint) as reopen_count,
    has_message_history,
    has_reply_before_request,
    case when has_message_history then first_response_at is not null end as is_answered,
    is_resolved,
    previous_ticket_id is not null as is_chaser,
    is_angry,
    is_about_billing,
    created_date,
    {{ week_of('created_date') }} as created_week,
    {{ reporting_date('resolved_at') }} as resolved_date,
    created_at,
    waiting_from_at,
    first_response_at,
    picked_up_at,
    first_resolved_at,
    resolved_at,
    complete_through_at
from measured
