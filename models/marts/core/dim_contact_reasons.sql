-- The quadrant is that of Price and Jaffe, The Best Service Is No Service: what a contact is worth to the customer and to us.
with contact_reasons as (
    select * from {{ ref('contact_reasons') }}
)

select
    contact_reason,
    reason_label,
    category,
    department,
    owner,
    theme,
    value_for_customer,
    value_for_company,
    case
        when value_for_customer = 'irritating' and value_for_company = 'irritating' then 'eliminate'
        when value_for_customer = 'valuable' and value_for_company = 'irritating' then 'automate'
        when value_for_customer = 'irritating' and value_for_company = 'valuable' then 'simplify'
        when value_for_customer = 'valuable' and value_for_company = 'valuable' then 'leverage'
    end as quadrant
from contact_reasons
