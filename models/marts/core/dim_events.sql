with events as (
    select * from {{ ref('stg_contract__events') }}
)

select
    event_key,
    event_id,
    source_name,
    kind as event_kind,
    name as event_name,
    market,
    app_version,
    carrier,
    starts_at,
    ends_at
from events
