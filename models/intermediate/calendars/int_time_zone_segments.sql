-- Within a segment UTC is local time less a constant, and both the UTC date and the local date stay the same: wall-clock
-- windows turn into UTC windows by a join on the local date and a subtraction, also where the clock jumps.
with time_zone_offsets as (
    select * from {{ ref('int_time_zone_offsets') }}
),

local_stretches as (
    select
        time_zone,
        starts_at,
        {{ add_seconds('starts_at', 'offset_seconds') }} as local_starts_at,
        {{ add_seconds('ends_at', 'offset_seconds') }} as local_ends_at
    from time_zone_offsets
),

split_points as (
    select
        time_zone,
        starts_at,
        local_starts_at,
        local_ends_at,
        cast({{ add_days('local_starts_at', 1) }} as timestamp) as local_midnight_at
    from local_stretches
),

-- A stretch lies within one UTC day, so at most one local midnight lies within it.
before_midnight as (
    select
        time_zone,
        cast(local_starts_at as date) as local_date,
        local_starts_at,
        least(local_ends_at, local_midnight_at) as local_ends_at,
        starts_at
    from split_points
),

after_midnight as (
    select
        time_zone,
        cast(local_midnight_at as date) as local_date,
        local_midnight_at as local_starts_at,
        local_ends_at,
        {{ add_seconds(
            'starts_at', epoch_seconds('local_midnight_at') ~ ' - ' ~ epoch_seconds('local_starts_at')
        ) }} as starts_at
    from split_points
    where local_ends_at > local_midnight_at
),

segments as (
    select * from before_midnight
    union all
    select * from after_midnight
)

select
    time_zone,
    {{ epoch_seconds('local_starts_at') }} - {{ epoch_seconds('cast(local_date as timestamp)') }} as local_start_second,
    {{ epoch_seconds('local_ends_at') }} - {{ epoch_seconds('cast(local_date as timestamp)') }} as local_end_second,
    {{ epoch_seconds('starts_at') }} as start_epoch,
    local_date,
    cast(starts_at as date) as utc_date
from segments
