-- What each contact took: the time worked on it, and what that time cost by the month's rate of whoever worked. Time in which
-- nobody worked on any contact is in no contact's cost.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

handle_times as (
    select * from {{ ref('int_handle_times_classified') }}
    where exclusion_reason is null
),

workdays as (
    select
        *,
        {{ month_of('work_date') }} as work_month
    from {{ ref('int_agent_workdays_priced') }}
    where exclusion_reason is null
),

-- A month with a day whose cost is not known has no rate.
hourly_rates as (
    select
        agent_key,
        work_month,
        case when count(cost_usd) = count(*) then {{ ratio('sum(cost_usd)', 'sum(work_hours)') }} end as usd_per_hour
    from workdays
    where work_hours > 0
    group by agent_key, work_month
),

worked as (
    select
        handle_times.ticket_key,
        sum(handle_times.handle_seconds) as handle_calendar_seconds,
        sum(case when hourly_rates.usd_per_hour is not null then handle_times.handle_seconds end) as costed_calendar_seconds,
        sum(handle_times.handle_seconds * hourly_rates.usd_per_hour / 3600e0) as handle_cost_usd
    from handle_times
    left outer join hourly_rates
        on
            handle_times.agent_key = hourly_rates.agent_key
            and {{ month_of(reporting_date('handle_times.started_at')) }} = hourly_rates.work_month
    group by handle_times.ticket_key
)

select
    contacts.ticket_key,
    contacts.contact_reason,
    worked.handle_calendar_seconds,
    worked.costed_calendar_seconds,
    worked.handle_cost_usd,
    {{ reporting_date('contacts.created_at') }} as created_date
from contacts
left outer join worked on contacts.ticket_key = worked.ticket_key
