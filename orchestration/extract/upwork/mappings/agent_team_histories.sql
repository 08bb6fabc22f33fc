-- The vendor tells no memberships: a contractor is in the team that most of a day's hours went to, from the first such day
-- until the first day for another team.
with hours_by_team as (
    select
        agent_id,
        work_date,
        team_name,
        sum(try_cast(hours as decimal(18, 6))) as work_hours,
        max(_row_id) as _row_id,
        max(_seen_at) as _seen_at
    from time_reports
    where agent_id is not null and team_name is not null and try_cast(work_date as date) is not null
    group by agent_id, work_date, team_name
),

days as (
    select * from hours_by_team
    qualify row_number() over (
        partition by agent_id, work_date
        order by work_hours desc nulls last, team_name asc nulls last
    ) = 1
),

compared as (
    select
        *,
        lag(team_name) over (partition by agent_id order by work_date asc nulls last) as previous_team_name
    from days
),

begun as (
    select * from compared
    where team_name is distinct from previous_team_name
)

select
    agent_id,
    team_name,
    work_date || 'T00:00:00Z' as valid_from_at,
    lead(work_date) over (partition by agent_id order by work_date asc nulls last) || 'T00:00:00Z' as valid_to_at,
    _row_id,
    _seen_at
from begun
