{{ config(meta={'dagster': {'ref': {'name': 'stg_contract__calendar_hours'}}}) }}
-- A row here is an opening that the business clock cannot read: a zone that is no IANA name, a time that is not HH:MM or
-- HH:MM:SS, a weekday outside 1 to 7, or a version that ends before it begins. Its calendar would read too little.
with calendar_hours as (
    select * from {{ ref('stg_contract__calendar_hours') }}
),

known_zones as (
    select zone_names.time_zone from {{ known_time_zones() }} as zone_names
),

seconds as (
    select
        calendar_hours.calendar_hour_key,
        calendar_hours.iso_weekday,
        known_zones.time_zone as known_time_zone,
        {{ local_time_seconds('calendar_hours.opens_local_time') }} as open_second,
        {{ local_time_seconds('calendar_hours.closes_local_time') }} as close_second,
        calendar_hours.valid_from_date,
        calendar_hours.valid_to_date
    from calendar_hours
    left outer join known_zones
        on calendar_hours.time_zone = known_zones.time_zone
)

select calendar_hour_key
from seconds
where
    known_time_zone is null
    or coalesce(iso_weekday, 0) not between 1 and 7
    or coalesce(open_second, 86400) >= 86400
    or close_second is null
    or valid_from_date > valid_to_date
