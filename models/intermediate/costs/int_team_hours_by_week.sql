-- Where a week's paid time went: on shift or not, and on shift: on contacts, on other work, or waiting for the next one.
with agent_workdays as (
    select * from {{ ref('int_agent_workdays_priced') }}
    where exclusion_reason is null
),

shift_hours as (
    select * from {{ ref('int_shift_hours') }}
),

handle_times as (
    select * from {{ ref('int_handle_times_classified') }}
    where exclusion_reason is null
),

source_horizons as (
    select * from {{ ref('int_source_horizons') }}
),

paid as (
    select
        work_week,
        count(*) as workday_count,
        count(distinct agent_key) as agent_count,
        count(cost_usd) as priced_workday_count,
        {{ exact_sum('work_hours') }} as paid_hours,
        {{ exact_sum("case when employment = 'contractor' then work_hours else 0 end") }} as contractor_hours,
        {{ exact_sum("case when employment = 'contractor' then cost_usd end") }} as contractor_cost_usd,
        {{ exact_sum("case when employment = 'contractor' then loaded_cost_usd end") }} as contractor_loaded_cost_usd,
        {{ exact_sum("case when employment = 'contractor' and cost_usd is not null then work_hours end") }}
            as contractor_priced_hours,
        {{ exact_sum('loaded_cost_usd') }} as loaded_cost_usd
    from agent_workdays
    group by work_week
),

staffed as (
    select
        {{ week_of(reporting_date(add_seconds("cast('1970-01-01' as timestamp)", 'hour_epoch'))) }} as work_week,
        sum(on_shift_seconds) as on_shift_seconds
    from shift_hours
    group by {{ week_of(reporting_date(add_seconds("cast('1970-01-01' as timestamp)", 'hour_epoch'))) }}
),

handled as (
    select
        {{ week_of(reporting_date('started_at')) }} as work_week,
        count(distinct ticket_key) as handled_contact_count,
        {{ exact_sum('case when ticket_key is not null then handle_seconds else 0 end') }} as contact_handle_seconds,
        {{ exact_sum('case when ticket_key is null then handle_seconds else 0 end') }} as other_handle_seconds
    from handle_times
    group by {{ week_of(reporting_date('started_at')) }}
),

weeks as (
    select work_week from paid
    union distinct
    select work_week from staffed
    union distinct
    select work_week from handled
),

-- A source that nobody knows the reach of reaches to its last day.
reaches as (
    select min(last_date) as first_incomplete_date
    from (
        select
            coalesce(
                {{ reporting_date('max(source_horizons.complete_through_at)') }}, max(agent_workdays.work_date)
            ) as last_date
        from agent_workdays
        left outer join source_horizons on agent_workdays.source_name = source_horizons.source_name
        group by agent_workdays.source_name
    ) as reached
)

select
    weeks.work_week,
    paid.workday_count,
    paid.agent_count,
    paid.priced_workday_count,
    paid.paid_hours,
    paid.contractor_hours,
    paid.contractor_cost_usd,
    paid.contractor_loaded_cost_usd,
    paid.contractor_priced_hours,
    paid.loaded_cost_usd,
    staffed.on_shift_seconds,
    handled.handled_contact_count,
    handled.contact_handle_seconds,
    handled.other_handle_seconds,
    coalesce({{ add_days('weeks.work_week', 6) }} < reaches.first_incomplete_date, false) as is_complete
from weeks
left outer join paid on weeks.work_week = paid.work_week
left outer join staffed on weeks.work_week = staffed.work_week
left outer join handled on weeks.work_week = handled.work_week
cross join reaches
