-- Agents and administrators, also former ones: a user who ceases to be an agent is not taken out.
select
    id as agent_id,
    name as agent_name,
    employment,
    time_zone,
    _row_id,
    _seen_at
from agents
