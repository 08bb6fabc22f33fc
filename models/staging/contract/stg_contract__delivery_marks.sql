with source as (
    select * from {{ source('contract', 'delivery_marks') }}
),

renamed as (
    select
        delivery_mark_key,
        source_name,
        entity_name,
        complete_through_at
    from source
)

select
    delivery_mark_key,
    source_name,
    entity_name,
    complete_through_at
from renamed
