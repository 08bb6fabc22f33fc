-- A shift that crosses midnight, or several, is one piece for each UTC date. Shifts that end before they begin are none.
with shifts as (
    select * from {{ ref('stg_contract__shifts') }}
    where ends_at > starts_at
),

dated as (
    select
        shift_key,
        agent_key,
        team_name,
        {{ epoch_seconds('starts_at') }} as shift_start_epoch,
        {{ epoch_seconds('ends_at') }} as shift_end_epoch,
        {{ each_date('cast(starts_at as date)', 'cast(ends_at as date)') }} as utc_date
    from shifts
),

cut as (
    select
        shift_key,
        agent_key,
        team_name,
        greatest(shift_start_epoch, {{ epoch_seconds('cast(utc_date as timestamp)') }}) as start_epoch,
        least(shift_end_epoch, {{ epoch_seconds('cast(utc_date as timestamp)') }} + 86400) as end_epoch,
        utc_date
    from dated
)

select
    shift_key,
    agent_key,
    team_name,
    start_epoch,
    end_epoch,
    utc_date
from cut
where end_epoch > start_epoch
