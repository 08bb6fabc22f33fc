-- Who causes what cost: all that a week's team costs, paid time without a contact included, goes to the contacts of the week by
-- the time that each of them took. So costs add up over channels, reasons, tiers and months. A share is rounded to a billionth of
-- a dollar: sums of such shares, published as floating-point numbers, are the same decimals in whatever order they are added.
with handle_times as (
    select
        *,
        {{ reporting_date('started_at') }} as worked_date,
        {{ week_of(reporting_date('started_at')) }} as worked_week
    from {{ ref('int_handle_times_classified') }}
    where exclusion_reason is null
),

team_hours as (
    select * from {{ ref('int_team_hours_by_week') }}
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
            then round(
                team_hours.loaded_cost_usd * {{ ratio('handle_times.handle_seconds', 'team_hours.contact_handle_seconds') }}, 9
            )
    end as caused_cost_usd,
    case
        when team_hours.priced_workday_count < team_hours.workday_count then 'too low: some paid days have no known cost'
        when not team_hours.is_complete then 'not final: a week is not over'
    end as cost_caveat,
    handle_times.worked_date,
    handle_times.worked_week,
    handle_times.started_at
from handle_times
left outer join team_hours on handle_times.worked_week = team_hours.work_week
