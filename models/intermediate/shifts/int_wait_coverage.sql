-- Of the wait for a first response, the part in which anybody was on shift judges the team; the rest judges the plan of shifts.
-- Null where no shifts are known for the whole of the wait.
with waits as (
    select * from {{ ref('int_contact_spans') }}
    where waiting_until_at >= waiting_from_at
),

windows as (
    select * from {{ ref('int_covered_windows') }}
),

ends as (
    select
        ticket_key,
        {{ epoch_seconds('waiting_from_at') }} as instant_epoch,
        true as is_beginning,
        cast(waiting_from_at as date) as utc_date
    from waits
    union all
    select
        ticket_key,
        {{ epoch_seconds('waiting_until_at') }} as instant_epoch,
        false as is_beginning,
        cast(waiting_until_at as date) as utc_date
    from waits
),

-- Covered seconds only grow, so that the newest window that has begun gives the largest.
clocked as (
    select
        ends.ticket_key,
        ends.is_beginning,
        max(windows.covered_before_seconds + least(ends.instant_epoch, windows.end_epoch) - windows.start_epoch)
            as covered_seconds
    from ends
    inner join windows on ends.utc_date = windows.utc_date and ends.instant_epoch >= windows.start_epoch
    group by ends.ticket_key, ends.is_beginning
)

select
    began.ticket_key,
    ended.covered_seconds - began.covered_seconds as covered_calendar_seconds
from clocked as began
inner join clocked as ended on began.ticket_key = ended.ticket_key and not ended.is_beginning
where began.is_beginning
