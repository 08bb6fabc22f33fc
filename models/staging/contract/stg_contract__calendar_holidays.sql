with source as (
    select * from {{ source('contract', 'calendar_holidays') }}
),

renamed as (
    select
        source_name,
        calendar_holiday_key,
        calendar_id,
        source_name || ':' || calendar_id as calendar_key,
        holiday_name,
        closed_from_local_time,
        closed_to_local_time,
        holiday_date
    from source
)

select
    calendar_key,
    source_name,
    calendar_holiday_key,
    calendar_id,
    holiday_name,
    closed_from_local_time,
    closed_to_local_time,
    holiday_date
from renamed
