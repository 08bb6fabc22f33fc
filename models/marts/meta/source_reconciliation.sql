-- What each vendor says it holds beside what raw holds. A statement about days that a later one counted again is left out.
with vendor_totals as (
    select * from {{ ref('stg_audit__vendor_totals') }}
),

superseded as (
    select distinct
        older.source_name,
        older.raw_table_name,
        older.counted_date,
        older.counted_through_date
    from vendor_totals as older
    inner join vendor_totals as newer
        on
            older.source_name = newer.source_name
            and older.raw_table_name = newer.raw_table_name
            and older.counted_date <= newer.counted_through_date
            and older.counted_through_date >= newer.counted_date
            and older.counted_at < newer.counted_at
),

compared as (
    select
        vendor_totals.*,
        vendor_totals.vendor_record_count - vendor_totals.own_record_count as shortfall_count
    from vendor_totals
    left outer join superseded
        on
            vendor_totals.source_name = superseded.source_name
            and vendor_totals.raw_table_name = superseded.raw_table_name
            and vendor_totals.counted_date = superseded.counted_date
            and vendor_totals.counted_through_date = superseded.counted_through_date
    where superseded.source_name is null
)

select
    source_name,
    raw_table_name,
    case
        when shortfall_count = 0 then 'agrees'
        when shortfall_count > 0 and own_record_count = 0 then 'nothing of it is here: read these days again'
        when shortfall_count > 0 then 'records are missing here: read these days again'
        else 'more is here than the vendor counts: deleted there, or counted otherwise'
    end as verdict,
    cast(vendor_record_count as bigint) as vendor_record_count,
    cast(own_record_count as bigint) as own_record_count,
    cast(shortfall_count as bigint) as shortfall_count,
    counted_date,
    counted_through_date,
    counted_at
from compared
