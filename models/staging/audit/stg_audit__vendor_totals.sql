with source as (
    select * from {{ source('audit', 'vendor_totals') }}
),

-- The same days are counted again by later runs; a whole table is one range without days.
ranked as (
    select
        *,
        row_number() over (
            partition by source_name, table_name, counted_date, counted_through_date
            order by counted_at desc, run_id desc
        ) as newest_rank
    from source
)

select
    run_id,
    source_name,
    table_name as raw_table_name,
    vendor_count as vendor_record_count,
    own_count as own_record_count,
    counted_date,
    counted_through_date,
    counted_at
from ranked
where newest_rank = 1
