with tickets as (
    select * from {{ ref('stg_contract__tickets') }}
),

ticket_messages as (
    select * from {{ ref('stg_contract__ticket_messages') }}
),

ticket_changes as (
    select * from {{ ref('stg_contract__ticket_changes') }}
),

source_horizons as (
    select * from {{ ref('int_source_horizons') }}
),

-- The horizon is where the clock of what is still open stops.
extremes as (
    select
        min(created_at) as first_at,
        greatest(max(created_at), max(picked_up_at), max(solved_at)) as last_at
    from tickets

    union all

    select
        min(sent_at) as first_at,
        max(sent_at) as last_at
    from ticket_messages

    union all

    select
        min(changed_at) as first_at,
        max(changed_at) as last_at
    from ticket_changes

    union all

    select
        cast(null as timestamp) as first_at,
        max(complete_through_at) as last_at
    from source_horizons
),

-- One row even when all three are empty.
overall as (
    select
        min(first_at) as first_at,
        max(last_at) as last_at
    from extremes
),

-- The limits keep one absurd timestamp (the year 9999) from building millennia of days.
padded as (
    select
        greatest(
            {{ add_days('first_at', -1) }}, cast('{{ var("business_clock_first_date", "1990-01-01") }}' as date)
        ) as first_date,
        least(
            {{ add_days('last_at', 2) }}, cast('{{ var("business_clock_last_date", "2049-12-31") }}' as date)
        ) as last_date
    from overall
    where first_at is not null and last_at is not null
)

select
    first_date,
    last_date
from padded
