-- Tickets share few distinct labels, so the rules are tried once per label and not once per ticket.
with tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

contact_reason_rules as (
    select * from {{ ref('contact_reason_rules') }}
),

contact_reasons as (
    select * from {{ ref('contact_reasons') }}
),

modifiers as (
    select * from {{ ref('contact_topic_rules') }}
    where topic_kind = 'modifier'
),

labels as (
    select distinct
        coalesce(reason, '') as reason,
        coalesce(tags, '') as tags
    from tickets
),

-- A source that already speaks of our reasons needs no rule; that match comes first.
rules as (
    select
        contact_reason as label,
        contact_reason,
        0 as rule_rank
    from contact_reasons
    union all
    select
        label,
        contact_reason,
        rule_rank
    from contact_reason_rules
),

matches as (
    select
        labels.reason,
        labels.tags,
        rules.contact_reason,
        row_number() over (
            partition by labels.reason, labels.tags
            order by
                case when lower(labels.reason) = rules.label then 0 else 1 end asc nulls last,
                rules.rule_rank asc nulls last,
                rules.label asc nulls last
        ) as match_rank
    from labels
    inner join rules
        on
            lower(labels.reason) = rules.label
            or '|' || lower(labels.tags) || '|' like '%|' || rules.label || '|%'
),

modified as (
    select
        labels.reason,
        labels.tags,
        max(case when modifiers.topic = 'angry' then 1 else 0 end) as angry_count,
        max(case when modifiers.topic = 'billing' then 1 else 0 end) as billing_count
    from labels
    inner join modifiers on '|' || lower(labels.tags) || '|' like '%|' || modifiers.label || '|%'
    group by labels.reason, labels.tags
)

select
    labels.reason,
    labels.tags,
    matches.contact_reason,
    coalesce(modified.angry_count, 0) = 1 as is_angry,
    coalesce(modified.billing_count, 0) = 1 as is_about_billing
from labels
left outer join matches
    on
        labels.reason = matches.reason
        and labels.tags = matches.tags
        and matches.match_rank = 1
left outer join modified
    on
        labels.reason = modified.reason
        and labels.tags = modified.tags
