{{ config(meta={'dagster': {'ref': {'name': 'rpt_contacts_by_reason_month'}}}) }}
-- A row here is a contact reason and month whose contacts are not all in the report of reasons: a rule names a reason that the
-- seed contact_reasons does not know, or a contact is there twice.
with reported as (
    select
        contact_reason,
        created_month,
        contact_count
    from {{ ref('rpt_contacts_by_reason_month') }}
),

facts as (
    select
        contact_reason,
        {{ month_of('created_date') }} as created_month,
        count(*) as contact_count
    from {{ ref('fct_tickets') }}
    group by contact_reason, {{ month_of('created_date') }}
)

select
    facts.contact_reason,
    facts.created_month,
    facts.contact_count,
    reported.contact_count as reported_contact_count
from facts
left outer join reported
    on facts.contact_reason = reported.contact_reason and facts.created_month = reported.created_month
where reported.contact_count is distinct from facts.contact_count
