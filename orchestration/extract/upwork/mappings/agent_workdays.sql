-- A day of a contractor, over all contracts. Sums are decimal, since 0.1 + 0.2 is not 0.3 in floating point. A value that is no
-- number goes on as it is, so that its day is rejected with the reason; a sum with an unknown part is unknown.
select
    agent_id,
    work_date,
    coalesce(
        min(hours) filter (where try_cast(hours as double) is null),
        case when count(hours) = count(*) then cast(sum(try_cast(hours as decimal(18, 6))) as varchar) end
    ) as work_hours,
    coalesce(
        min(charges) filter (where try_cast(charges as double) is null),
        case when count(charges) = count(*) then cast(sum(try_cast(charges as decimal(18, 6))) as varchar) end
    ) as cost_amount,
    max(_row_id) as _row_id,
    max(_seen_at) as _seen_at,
    count(*) as _source_row_count
from time_reports
group by agent_id, work_date
