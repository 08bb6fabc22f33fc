-- open at the end = open before + created + reopened - resolved; excluded tickets are in none of these.
with state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

steps as (
    select
        {{ reporting_date('changed_at') }} as backlog_date,
        sum(case when step = 'created' then 1 else 0 end) as created_count,
        sum(case when step = 'reopened' then 1 else 0 end) as reopened_count,
        sum(case when step = 'resolved' then 1 else 0 end) as resolved_count
    from state_changes
    group by {{ reporting_date('changed_at') }}
),

first_days as (
    select min(backlog_date) as first_date from steps
),

daily as (
    select
        dates.calendar_date as backlog_date,
        coalesce(steps.created_count, 0) as created_count,
        coalesce(steps.reopened_count, 0) as reopened_count,
        coalesce(steps.resolved_count, 0) as resolved_count,
        dates.calendar_date < horizons.first_incomplete_date as is_complete
    from dates
    cross join horizons
    cross join first_days
    left outer join steps on dates.calendar_date = steps.backlog_date
    where dates.calendar_date between first_days.first_date and horizons.first_incomplete_date
),

cumulated as (
    select
        *,
        sum(created_count + reopened_count - resolved_count) over (
            order by backlog_date asc nulls last rows between unbounded preceding and current row
        ) as open_count
    from daily
)

select
    cast(open_count - created_count - reopened_count + resolved_count as bigint) as opening_count,
    cast(created_count as bigint) as created_count,
    cast(reopened_count as bigint) as reopened_count,
    cast(resolved_count as bigint) as resolved_count,
    cast(open_count as bigint) as open_count,
    is_complete,
    backlog_date
from cumulated
