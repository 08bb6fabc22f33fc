-- What support costs, people fully loaded, by channel. All that the week's team costs goes to the channels by the time that their
-- contacts took; what a week without any handle time costs is 'not allocated'.
with team_hours as (
    select * from {{ ref('int_team_hours_by_week') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

response_waits as (
    select * from {{ ref('int_response_waits_measured') }}
    where is_answered
),

state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
    where step = 'resolved'
),

handle_times as (
    select * from {{ ref('fct_handle_times') }}
    where ticket_key is not null and worked_date is not null
),

counted as (
    select
        coalesce(channel, 'unknown') as channel,
        created_week as work_week,
        count(*) as contact_count,
        0 as interaction_count,
        0 as resolved_count,
        0 as resolution_count,
        0e0 as handle_calendar_seconds,
        0e0 as caused_cost_usd
    from tickets
    group by coalesce(channel, 'unknown'), created_week
    union all
    select
        coalesce(channel, 'unknown') as channel,
        {{ week_of(reporting_date('waiting_until_at')) }} as work_week,
        0 as contact_count,
        count(*) as interaction_count,
        0 as resolved_count,
        0 as resolution_count,
        0e0 as handle_calendar_seconds,
        0e0 as caused_cost_usd
    from response_waits
    group by coalesce(channel, 'unknown'), {{ week_of(reporting_date('waiting_until_at')) }}
    union all
    select
        coalesce(tickets.channel, 'unknown') as channel,
        {{ week_of(reporting_date('state_changes.changed_at')) }} as work_week,
        0 as contact_count,
        0 as interaction_count,
        count(distinct state_changes.ticket_key) as resolved_count,
        count(*) as resolution_count,
        0e0 as handle_calendar_seconds,
        0e0 as caused_cost_usd
    from state_changes
    inner join tickets on state_changes.ticket_key = tickets.ticket_key
    group by coalesce(tickets.channel, 'unknown'), {{ week_of(reporting_date('state_changes.changed_at')) }}
    union all
    select
        coalesce(tickets.channel, 'unknown') as channel,
        {{ week_of('handle_times.worked_date') }} as work_week,
        0 as contact_count,
        0 as interaction_count,
        0 as resolved_count,
        0 as resolution_count,
        sum(handle_times.handle_calendar_seconds) as handle_calendar_seconds,
        {{ exact_sum('handle_times.caused_cost_usd') }} as caused_cost_usd
    from handle_times
    left outer join tickets on handle_times.ticket_key = tickets.ticket_key
    group by coalesce(tickets.channel, 'unknown'), {{ week_of('handle_times.worked_date') }}
    union all
    select
        'not allocated' as channel,
        work_week,
        0 as contact_count,
        0 as interaction_count,
        0 as resolved_count,
        0 as resolution_count,
        0e0 as handle_calendar_seconds,
        loaded_cost_usd as caused_cost_usd
    from team_hours
    where loaded_cost_usd > 0 and coalesce(contact_handle_seconds, 0e0) = 0e0
),

summed as (
    select
        channel,
        work_week,
        sum(contact_count) as contact_count,
        sum(interaction_count) as interaction_count,
        sum(resolved_count) as resolved_count,
        sum(resolution_count) as resolution_count,
        sum(handle_calendar_seconds) as handle_calendar_seconds,
        {{ exact_sum('caused_cost_usd') }} as caused_cost_usd
    from counted
    group by channel, work_week
),

-- Without a known cost, or with nothing to share it out by, a channel's cost is not known; it is not 0.
costed as (
    select
        summed.*,
        team_hours.workday_count,
        team_hours.priced_workday_count,
        case
            when team_hours.loaded_cost_usd is not null and team_hours.contact_handle_seconds > 0 then summed.caused_cost_usd
            when summed.channel = 'not allocated' then summed.caused_cost_usd
        end as known_cost_usd,
        case
            when team_hours.loaded_cost_usd is null then 'no cost of the week is known'
            when summed.channel <> 'not allocated' and coalesce(team_hours.contact_handle_seconds, 0e0) = 0e0
                then 'no handle times of the week'
        end as missing_reason,
        coalesce(team_hours.is_complete, false) as is_complete
    from summed
    left outer join team_hours on summed.work_week = team_hours.work_week
)

select
    channel,
    missing_reason,
    cast(contact_count as bigint) as contact_count,
    cast(interaction_count as bigint) as interaction_count,
    cast(resolved_count as bigint) as resolved_contact_count,
    cast(resolution_count as bigint) as resolution_count,
    cast(coalesce(workday_count, 0) as bigint) as workday_count,
    cast(coalesce(priced_workday_count, 0) as bigint) as priced_workday_count,
    cast(handle_calendar_seconds as double) as total_handle_calendar_seconds,
    cast(known_cost_usd as double) as caused_cost_usd,
    {{ ratio('known_cost_usd', 'contact_count') }} as cost_usd_per_contact,
    {{ ratio('known_cost_usd', 'interaction_count') }} as cost_usd_per_interaction,
    {{ ratio('interaction_count', 'resolved_count') }} as interactions_per_resolution,
    {{ ratio('known_cost_usd', 'resolved_count') }} as cost_usd_per_conversation,
    {{ ratio('known_cost_usd', 'resolution_count') }} as cost_usd_per_resolution,
    is_complete,
    work_week
from costed
