with source as (
    select * from {{ source('audit', 'mappings') }}
),

-- The contract is rebuilt whole by each run; only the newest run tells what is in it now.
newest as (
    select max(mapped_at) as mapped_at from source
)

select
    source.run_id,
    source.source_name,
    source.entity_name,
    source.rows_mapped,
    source.rows_dropped,
    source.rows_rejected,
    source.source_rows_mapped,
    source.source_rows_dropped,
    source.source_rows_rejected,
    source.mapped_at
from source
inner join newest on source.mapped_at = newest.mapped_at
