with shift_dates as (
    select * from {{ ref('int_shift_dates') }}
),

hourly as (
    select
        agent_key,
        start_epoch,
        end_epoch,
        3600 * {{ each_integer('floor(start_epoch / 3600e0)', 'floor((end_epoch - 1) / 3600e0)') }} as hour_epoch
    from shift_dates
)

select
    hour_epoch,
    cast(sum(least(end_epoch, hour_epoch + 3600) - greatest(start_epoch, hour_epoch)) as bigint) as on_shift_seconds
from hourly
group by hour_epoch
