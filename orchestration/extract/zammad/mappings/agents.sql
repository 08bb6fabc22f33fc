-- Users with a role of agents, also those who had one once.
select
    id as agent_id,
    agent_name,
    employment,
    market,
    time_zone,
    hired_date,
    left_date,
    _row_id,
    _seen_at
from agents
