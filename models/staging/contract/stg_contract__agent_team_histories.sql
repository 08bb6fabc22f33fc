with source as (
    select * from {{ source('contract', 'agent_team_histories') }}
),

renamed as (
    select
        agent_team_key,
        source_name,
        agent_id,
        agent_key,
        team_name,
        role,
        valid_from_at,
        valid_to_at
    from source
)

select
    agent_team_key,
    source_name,
    agent_id,
    agent_key,
    team_name,
    role,
    valid_from_at,
    valid_to_at
from renamed
