-- Whole local days. Two holidays of a schedule on one day are one.
select
    schedule_id as calendar_id,
    string_agg(distinct name, ', ' order by name) as holiday_name,
    holiday_date,
    case when is_removed = 'true' then 'taken out before it came' end as _drop_reason,
    count(*) as _source_row_count,
    max(_row_id) as _row_id,
    max(_seen_at) as _seen_at
from schedule_holidays
group by schedule_id, holiday_date, is_removed
