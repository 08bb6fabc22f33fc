{{ config(meta={'dagster': {'ref': {'name': 'stg_contract__calendar_holidays'}}}) }}
-- A row here is a holiday that closes nothing: a time that is not HH:MM or HH:MM:SS, an end that is not after the
-- beginning, or no date. Its calendar would count hours in which nobody worked.
with holidays as (
    select
        calendar_holiday_key,
        case when closed_from_local_time is null then 0 else {{ local_time_seconds('closed_from_local_time') }} end
            as from_second,
        case when closed_to_local_time is null then 86400 else {{ local_time_seconds('closed_to_local_time') }} end
            as to_second,
        holiday_date
    from {{ ref('stg_contract__calendar_holidays') }}
)

select calendar_holiday_key
from holidays
where
    holiday_date is null
    or coalesce(from_second >= to_second, true)
