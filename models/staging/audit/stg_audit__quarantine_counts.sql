with source as (
    select * from {{ source('audit', 'quarantine_counts') }}
)

select
    run_id,
    source_name,
    entity as entity_name,
    check_id,
    row_count,
    source_row_count
from source
