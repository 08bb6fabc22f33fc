-- Whole days off that are active; the instance knows no others.
with days as (
    select
        id,
        public_holidays,
        unnest(json_keys(public_holidays)) as holiday_date,
        _row_id,
        _seen_at
    from calendars
),

holidays as (
    select
        *,
        json_extract_string(public_holidays, concat('$."', holiday_date, '".summary')) as holiday_name,
        coalesce(json_extract_string(public_holidays, concat('$."', holiday_date, '".active')), 'false') as is_active,
        coalesce(json_extract_string(public_holidays, concat('$."', holiday_date, '".removed')), 'false') as is_removed
    from days
)

select
    id as calendar_id,
    holiday_name,
    null as closed_from_local_time,
    null as closed_to_local_time,
    holiday_date,
    case when is_active <> 'true' or is_removed = 'true' then 'the day is not observed' end as _drop_reason,
    _row_id,
    _seen_at
from holidays
