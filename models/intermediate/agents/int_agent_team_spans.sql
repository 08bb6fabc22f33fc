-- Who was in which team when. An agent is in one team at a time: a stretch ends at the latest when the next one begins.
with histories as (
    select * from {{ ref('stg_contract__agent_team_histories') }}
),

ended as (
    select
        agent_team_key,
        agent_key,
        source_name,
        team_name,
        role,
        valid_from_at,
        valid_to_at,
        lead(valid_from_at) over (
            partition by agent_key order by valid_from_at asc nulls last, agent_team_key asc nulls last
        ) as next_valid_from_at
    from histories
)

select
    agent_team_key,
    agent_key,
    source_name,
    team_name,
    role,
    valid_from_at,
    case
        when next_valid_from_at < valid_to_at or valid_to_at is null then next_valid_from_at
        else valid_to_at
    end as valid_to_at
from ended
