-- Why they write: each contact has one reason, and each month shows every reason, those without a contact and what nobody could
-- tell included. Contacts by the month they began in, time and cost by the month of the work.
with contacts as (
    select
        *,
        {{ month_of(reporting_date('created_at')) }} as created_month
    from {{ ref('int_contacts') }}
),

contact_costs as (
    select * from {{ ref('int_contact_costs') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

counted as (
    select
        contact_reason,
        created_month,
        count(*) as contact_count,
        sum(case when is_angry then 1 else 0 end) as angry_count,
        sum(case when is_about_billing then 1 else 0 end) as billing_count
    from contacts
    group by contact_reason, created_month
),

worked as (
    select
        contact_reason,
        {{ month_of('worked_date') }} as worked_month,
        {{ summed_work('contact_costs') }}
    from contact_costs
    group by contact_reason, {{ month_of('worked_date') }}
),

months as (
    select
        created_month,
        sum(contact_count) as month_contact_count
    from (
        select
            created_month,
            contact_count
        from counted
        union all
        select
            worked_month as created_month,
            0 as contact_count
        from worked
    ) as active
    group by created_month
)

select
    contact_reasons.contact_reason,
    contact_reasons.reason_label,
    contact_reasons.category,
    contact_reasons.department,
    contact_reasons.owner,
    contact_reasons.quadrant,
    {{ cost_missing_reason('worked') }} as cost_missing_reason,
    cast(coalesce(counted.contact_count, 0) as bigint) as contact_count,
    cast(months.month_contact_count as bigint) as month_contact_count,
    {{ ratio('coalesce(counted.contact_count, 0)', 'months.month_contact_count') }} as contact_ratio,
    cast(coalesce(counted.angry_count, 0) as bigint) as angry_count,
    cast(coalesce(counted.billing_count, 0) as bigint) as billing_count,
    cast(coalesce(worked.timed_contact_count, 0) as bigint) as timed_contact_count,
    cast(worked.total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    {{ ratio('worked.total_handle_calendar_seconds', 'worked.timed_contact_count') }} as timed_handle_calendar_seconds_mean,
    cast(coalesce(worked.costed_contact_count, 0) as bigint) as costed_contact_count,
    worked.caused_cost_usd,
    {{ ratio(whole_cost('worked'), 'counted.contact_count') }} as cost_usd_per_contact,
    {{ next_month('months.created_month') }} <= horizons.first_incomplete_date as is_complete,
    months.created_month
from months
cross join contact_reasons
left outer join counted
    on months.created_month = counted.created_month and contact_reasons.contact_reason = counted.contact_reason
left outer join worked
    on months.created_month = worked.worked_month and contact_reasons.contact_reason = worked.contact_reason
cross join horizons
