with source as (
    select * from {{ source('contract', 'shifts') }}
),

renamed as (
    select
        shift_key,
        source_name,
        shift_id,
        agent_id,
        agent_key,
        team_name,
        starts_at,
        ends_at
    from source
)

select
    shift_key,
    source_name,
    shift_id,
    agent_id,
    agent_key,
    team_name,
    starts_at,
    ends_at
from renamed
