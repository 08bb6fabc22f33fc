-- When anybody at all is on shift, and how many covered seconds there were before. Every date has a window of no length at its
-- midnight, so that the covered seconds up to any instant are found among the windows of the instant's own date. After the last
-- shift nobody is there, for as far as the sources of shifts have delivered.
with shift_dates as (
    select * from {{ ref('int_shift_dates') }}
),

shift_sources as (
    select distinct source_name from {{ ref('stg_contract__shifts') }}
),

horizons as (
    select * from {{ ref('int_source_horizons') }}
),

known as (
    select cast(min(horizons.complete_through_at) as date) as last_date
    from shift_sources
    inner join horizons on shift_sources.source_name = horizons.source_name
),

span as (
    select
        min(shift_dates.utc_date) as first_date,
        greatest(max(shift_dates.utc_date), max(known.last_date)) as last_date
    from shift_dates
    cross join known
),

midnights as (
    select {{ each_date('first_date', 'last_date') }} as utc_date
    from span
),

pieces as (
    select
        start_epoch,
        end_epoch,
        utc_date
    from shift_dates
    union all
    select
        {{ epoch_seconds('cast(utc_date as timestamp)') }} as start_epoch,
        {{ epoch_seconds('cast(utc_date as timestamp)') }} as end_epoch,
        utc_date
    from midnights
),

reaches as (
    select
        *,
        max(end_epoch) over (
            partition by utc_date order by start_epoch asc nulls last, end_epoch asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as reached_epoch
    from pieces
),

numbered as (
    select
        *,
        sum(case when start_epoch <= reached_epoch then 0 else 1 end) over (
            partition by utc_date order by start_epoch asc nulls last, end_epoch asc nulls last
            rows between unbounded preceding and current row
        ) as window_number
    from reaches
),

windows as (
    select
        min(start_epoch) as start_epoch,
        max(end_epoch) as end_epoch,
        utc_date
    from numbered
    group by utc_date, window_number
)

select
    start_epoch,
    end_epoch,
    cast(
        coalesce(
            sum(end_epoch - start_epoch) over (
                order by start_epoch asc nulls last rows between unbounded preceding and 1 preceding
            ),
            0
        ) as bigint
    ) as covered_before_seconds,
    utc_date
from windows
