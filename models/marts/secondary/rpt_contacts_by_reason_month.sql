-- Why they write: each contact has one reason, and each month shows every reason, those without a contact and what nobody could
-- tell included.
with contact_costs as (
    select * from {{ ref('int_contact_costs') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

described as (
    select
        contact_costs.*,
        contacts.is_angry,
        contacts.is_about_billing,
        {{ month_of('contact_costs.created_date') }} as created_month
    from contact_costs
    inner join contacts on contact_costs.ticket_key = contacts.ticket_key
),

months as (
    select
        created_month,
        count(*) as month_contact_count
    from described
    group by created_month
),

counted as (
    select
        contact_reason,
        created_month,
        count(*) as contact_count,
        sum(case when is_angry then 1 else 0 end) as angry_count,
        sum(case when is_about_billing then 1 else 0 end) as billing_count,
        count(handle_calendar_seconds) as timed_contact_count,
        sum(handle_calendar_seconds) as total_handle_calendar_seconds,
        sum(costed_calendar_seconds) as costed_calendar_seconds,
        sum(handle_cost_usd) as handle_cost_usd
    from described
    group by contact_reason, created_month
)

select
    contact_reasons.contact_reason,
    contact_reasons.reason_label,
    contact_reasons.category,
    contact_reasons.department,
    contact_reasons.owner,
    contact_reasons.quadrant,
    cast(coalesce(counted.contact_count, 0) as bigint) as contact_count,
    cast(months.month_contact_count as bigint) as month_contact_count,
    {{ ratio('coalesce(counted.contact_count, 0)', 'months.month_contact_count') }} as contact_ratio,
    cast(coalesce(counted.angry_count, 0) as bigint) as angry_count,
    cast(coalesce(counted.billing_count, 0) as bigint) as billing_count,
    cast(coalesce(counted.timed_contact_count, 0) as bigint) as timed_contact_count,
    cast(counted.total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    {{ ratio('counted.total_handle_calendar_seconds', 'counted.timed_contact_count') }} as timed_handle_calendar_seconds_mean,
    cast(counted.costed_calendar_seconds as double) as costed_calendar_seconds,
    counted.handle_cost_usd,
    {{ next_month('months.created_month') }} <= horizons.first_incomplete_date as is_complete,
    months.created_month
from months
cross join contact_reasons
left outer join counted
    on months.created_month = counted.created_month and contact_reasons.contact_reason = counted.contact_reason
cross join horizons
