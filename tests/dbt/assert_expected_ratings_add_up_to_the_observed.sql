{{ config(meta={"dagster": {"ref": {"name": "int_agent_csat_adjusted"}}}) }}
-- A row here is a week in which the good ratings expected of all agents are not those that they got: the case-mix adjustment
-- would then favour or punish everybody.
with adjusted as (
    select * from {{ ref('int_agent_csat_adjusted') }}
)

select
    window_week,
    sum(positive_count) as positive_count,
    sum(expected_positive_count) as expected_positive_count
from adjusted
group by window_week
having abs(sum(positive_count) - sum(expected_positive_count)) > 1e-6
