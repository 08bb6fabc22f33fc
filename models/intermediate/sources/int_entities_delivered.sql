with mappings as (
    select * from {{ ref('stg_audit__mappings') }}
)

select
    entity_name,
    count(distinct source_name) as source_count
from mappings
where rows_mapped > 0
group by entity_name
