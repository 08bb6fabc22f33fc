-- Who can remove the causes, and what these cost us: contacts, time and cost by owner, beside the four weeks before the owner's
-- newest change was shipped. What the owners' reasons took is the report by reason, summed.
with reasons as (
    select
        *,
        coalesce(owner, 'unknown') as cause_owner,
        coalesce(department, 'unknown') as cause_department
    from {{ ref('rpt_contacts_by_reason_month') }}
    where contact_count > 0 or timed_contact_count > 0
),

contacts as (
    select
        contact_reason,
        {{ reporting_date('created_at') }} as created_date
    from {{ ref('int_contacts') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

change_requests as (
    select * from {{ ref('change_requests') }}
    where status = 'shipped'
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

beginnings as (
    select min(created_date) as first_date from contacts
),

counted as (
    select
        cause_owner as owner,
        cause_department as department,
        created_month,
        sum(contact_count) as contact_count,
        max(month_contact_count) as month_contact_count,
        sum(timed_contact_count) as timed_contact_count,
        sum(costed_contact_count) as costed_contact_count,
        sum(total_handle_calendar_seconds) as total_handle_calendar_seconds,
        {{ exact_sum('caused_cost_usd') }} as caused_cost_usd,
        max(case when costed_contact_count = timed_contact_count then cost_missing_reason end) as cost_caveat,
        max({{ calendar_days_between('created_month', next_month('created_month')) }}) as day_count
    from reasons
    group by cause_owner, cause_department, created_month
),

-- The newest change that was shipped before the month began: the whole month stands after it.
fixes as (
    select
        counted.owner,
        counted.department,
        counted.created_month,
        max(change_requests.shipped_date) as last_shipped_date
    from counted
    inner join contact_reasons on counted.owner = contact_reasons.owner and counted.department = contact_reasons.department
    inner join change_requests
        on
            contact_reasons.contact_reason = change_requests.contact_reason
            and counted.created_month > change_requests.shipped_date
    group by counted.owner, counted.department, counted.created_month
),

before_fixes as (
    select
        fixes.owner,
        fixes.department,
        fixes.created_month,
        count(*) as before_fix_contact_count
    from fixes
    cross join beginnings
    inner join contact_reasons
        on
            fixes.owner = coalesce(contact_reasons.owner, 'unknown')
            and fixes.department = coalesce(contact_reasons.department, 'unknown')
    inner join contacts
        on
            contact_reasons.contact_reason = contacts.contact_reason
            and contacts.created_date >= {{ add_days('fixes.last_shipped_date', -28) }}
            and fixes.last_shipped_date > contacts.created_date
    where {{ add_days('fixes.last_shipped_date', -28) }} >= beginnings.first_date
    group by fixes.owner, fixes.department, fixes.created_month
)

select
    counted.owner,
    counted.department,
    {{ cost_missing_reason('counted') }} as cost_missing_reason,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.month_contact_count as bigint) as month_contact_count,
    {{ ratio('counted.contact_count', 'counted.month_contact_count') }} as contact_ratio,
    cast(counted.day_count as bigint) as day_count,
    case
        when {{ next_month('counted.created_month') }} <= horizons.first_incomplete_date
            then {{ ratio('counted.contact_count', 'counted.day_count') }}
    end as contacts_per_day,
    cast(counted.timed_contact_count as bigint) as timed_contact_count,
    cast(counted.total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    cast(counted.costed_contact_count as bigint) as costed_contact_count,
    counted.caused_cost_usd,
    {{ ratio(whole_cost('counted'), 'counted.contact_count') }} as cost_usd_per_contact,
    cast(before_fixes.before_fix_contact_count as bigint) as before_fix_contact_count,
    {{ ratio('before_fixes.before_fix_contact_count', '28') }} as before_fix_contacts_per_day,
    {{ next_month('counted.created_month') }} <= horizons.first_incomplete_date as is_complete,
    fixes.last_shipped_date,
    counted.created_month
from counted
left outer join fixes
    on
        counted.owner = fixes.owner
        and counted.department = fixes.department
        and counted.created_month = fixes.created_month
left outer join before_fixes
    on
        counted.owner = before_fixes.owner
        and counted.department = before_fixes.department
        and counted.created_month = before_fixes.created_month
cross join horizons
