-- What kind of feedback each contact is: the category that a label says in so many words, else that of its reason.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

contact_reasons as (
    select * from {{ ref('contact_reasons') }}
),

said as (
    select
        ticket_key,
        topic as category,
        row_number() over (partition by ticket_key order by rule_rank asc nulls last, label_kind asc nulls last) as label_rank
    from {{ ref('int_contact_labels') }}
    where topic_kind = 'category'
)

select
    contacts.ticket_key,
    contacts.contact_reason,
    contacts.market,
    contacts.app_version,
    coalesce(said.category, contact_reasons.category) as category,
    {{ reporting_date('contacts.created_at') }} as created_date,
    contacts.created_at
from contacts
left outer join contact_reasons on contacts.contact_reason = contact_reasons.contact_reason
left outer join said on contacts.ticket_key = said.ticket_key and said.label_rank = 1
