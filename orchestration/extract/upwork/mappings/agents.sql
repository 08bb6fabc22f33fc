-- Everybody with a day in the time report, under the name that the newest day has.
select
    agent_id,
    arg_max(freelancer_name, work_date) as agent_name,
    'contractor' as employment,
    max(_row_id) as _row_id,
    max(_seen_at) as _seen_at
from time_reports
where agent_id is not null
group by agent_id
