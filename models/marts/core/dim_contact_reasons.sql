with contact_reasons as (
    select * from {{ ref('contact_reasons') }}
)

select
    contact_reason,
    reason_label,
    category,
    department,
    owner
from contact_reasons
