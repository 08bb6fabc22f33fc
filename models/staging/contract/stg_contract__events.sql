with source as (
    select * from {{ source('contract', 'events') }}
),

renamed as (
    select
        event_key,
        source_name,
        event_id,
        kind,
        name,
        market,
        app_version,
        carrier,
        starts_at,
        ends_at
    from source
)

select
    event_key,
    source_name,
    event_id,
    kind,
    name,
    market,
    app_version,
    carrier,
    starts_at,
    ends_at
from renamed
