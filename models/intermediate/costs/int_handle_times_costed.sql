-- Who causes what cost: all that a week's team costs, paid time without a contact included, goes to the contacts of the week by
-- the time that each of them took. So costs add up over channels, reasons, tiers and months.
with handle_times as (
    select
        *,
        {{ reporting_date('started_at') }} as worked_date,
        {{ week_of(reporting_date('started_at')) }} as worked_week
    from {{ ref('int_handle_times_classified') }}
    where exclusion_reason is null
),

agent_workdays as (
    select * from {{ ref('int_agent_workdays_priced') }}
    where exclusion_reason is null
),

paid as (
    select
        work_week,
        sum(loaded_cost_usd) as loaded_cost_usd
    from agent_workdays
    group by work_week
),

handled as (
    select
        worked_week,
        sum(handle_seconds) as contact_handle_seconds
    from handle_times
    where ticket_key is not null
    group by worked_week
)

select
    handle_times.handle_time_key,
    handle_times.ticket_key,
    handle_times.agent_key,
    handle_times.source_name,
    handle_times.provenance,
    handle_times.handle_seconds,
    case
        when handle_times.ticket_key is not null
            then paid.loaded_cost_usd * {{ ratio('handle_times.handle_seconds', 'handled.contact_handle_seconds') }}
    end as caused_cost_usd,
    handle_times.worked_date,
    handle_times.worked_week,
    handle_times.started_at
from handle_times
left outer join paid on handle_times.worked_week = paid.work_week
left outer join handled on handle_times.worked_week = handled.worked_week
