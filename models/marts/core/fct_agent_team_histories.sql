with team_spans as (
    select * from {{ ref('int_agent_team_spans') }}
)

select
    agent_team_key,
    agent_key,
    source_name,
    team_name,
    role,
    valid_to_at is null as is_current,
    valid_from_at,
    valid_to_at
from team_spans
