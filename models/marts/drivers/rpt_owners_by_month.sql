-- Who can remove the causes, and what these cost us: contacts, time and cost by owner, beside the four weeks before the owner's
-- newest change was shipped.
with contact_costs as (
    select * from {{ ref('int_contact_costs') }}
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

caused as (
    select
        contact_costs.*,
        coalesce(contact_reasons.owner, 'unknown') as owner,
        coalesce(contact_reasons.department, 'unknown') as department,
        {{ month_of('contact_costs.created_date') }} as created_month
    from contact_costs
    left outer join contact_reasons on contact_costs.contact_reason = contact_reasons.contact_reason
),

beginnings as (
    select min(created_date) as first_date from contact_costs
),

counted as (
    select
        owner,
        department,
        created_month,
        count(*) as contact_count,
        sum(handle_calendar_seconds) as total_handle_calendar_seconds,
        sum(handle_cost_usd) as handle_cost_usd
    from caused
    group by owner, department, created_month
),

months as (
    select
        created_month,
        sum(contact_count) as month_contact_count,
        {{ calendar_days_between('created_month', next_month('created_month')) }} as day_count
    from counted
    group by created_month
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
    inner join caused
        on
            fixes.owner = caused.owner
            and fixes.department = caused.department
            and caused.created_date >= {{ add_days('fixes.last_shipped_date', -28) }}
            and fixes.last_shipped_date > caused.created_date
    where {{ add_days('fixes.last_shipped_date', -28) }} >= beginnings.first_date
    group by fixes.owner, fixes.department, fixes.created_month
)

select
    counted.owner,
    counted.department,
    cast(counted.contact_count as bigint) as contact_count,
    cast(months.month_contact_count as bigint) as month_contact_count,
    {{ ratio('counted.contact_count', 'months.month_contact_count') }} as contact_ratio,
    cast(months.day_count as bigint) as day_count,
    case
        when {{ next_month('counted.created_month') }} <= horizons.first_incomplete_date
            then {{ ratio('counted.contact_count', 'months.day_count') }}
    end as contacts_per_day,
    cast(counted.total_handle_calendar_seconds as double) as total_handle_calendar_seconds,
    counted.handle_cost_usd,
    cast(before_fixes.before_fix_contact_count as bigint) as before_fix_contact_count,
    {{ ratio('before_fixes.before_fix_contact_count', '28') }} as before_fix_contacts_per_day,
    {{ next_month('counted.created_month') }} <= horizons.first_incomplete_date as is_complete,
    fixes.last_shipped_date,
    counted.created_month
from counted
inner join months on counted.created_month = months.created_month
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
