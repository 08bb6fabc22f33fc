with source as (
    select * from {{ source('contract', 'calendar_hours') }}
),

renamed as (
    select
        source_name,
        calendar_hour_key,
        calendar_id,
        source_name || ':' || calendar_id as calendar_key,
        time_zone,
        opens_local_time,
        closes_local_time,
        iso_weekday,
        valid_from_date,
        valid_to_date
    from source
)

select
    calendar_key,
    source_name,
    calendar_hour_key,
    calendar_id,
    time_zone,
    opens_local_time,
    closes_local_time,
    iso_weekday,
    valid_from_date,
    valid_to_date
from renamed
