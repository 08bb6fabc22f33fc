-- What helpdesks wrote on each contact, word by word, and what our rules make of it. Tickets share few distinct pairs of reason
-- and tags, so that these are taken apart once and not for each ticket.
with tickets as (
    select * from {{ ref('int_tickets_classified') }}
    where exclusion_reason is null
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

-- A source that already speaks of our reasons needs no rule.
reason_rules as (
    select
        label,
        min(contact_reason) as contact_reason
    from (
        select
            label,
            contact_reason
        from {{ ref('contact_reason_rules') }}
        union all
        select
            contact_reason as label,
            contact_reason
        from {{ ref('contact_reasons') }}
    ) as rules
    group by label
),

topic_rules as (
    select * from {{ ref('contact_topic_rules') }}
),

combinations as (
    select distinct
        coalesce(reason, '') as reason,
        coalesce(tags, '') as tags
    from tickets
),

parts as (
    select
        reason,
        tags,
        'tag' as label_kind,
        {{ each_part('tags', "'|'") }} as label
    from combinations
    union all
    select
        reason,
        tags,
        'reason' as label_kind,
        reason as label
    from combinations
),

labels as (
    select distinct
        reason,
        tags,
        label_kind,
        lower(trim(label)) as label
    from parts
    where trim(label) <> ''
)

select
    contacts.ticket_key,
    contacts.source_name,
    labels.label_kind,
    labels.label,
    contacts.contact_reason,
    reason_rules.contact_reason as label_contact_reason,
    topic_rules.topic_kind,
    topic_rules.topic,
    topic_rules.rule_rank as topic_rule_rank,
    {{ reporting_date('contacts.created_at') }} as created_date
from labels
inner join tickets
    on
        labels.reason = coalesce(tickets.reason, '')
        and labels.tags = coalesce(tickets.tags, '')
inner join contacts on tickets.ticket_key = contacts.ticket_key
left outer join reason_rules on labels.label = reason_rules.label
left outer join topic_rules on labels.label = topic_rules.label
