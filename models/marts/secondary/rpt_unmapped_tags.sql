-- What helpdesks write on contacts and no rule of ours knows, the most frequent first, with what it probably means: the reason of
-- the label that is spelt most alike, else the reason that most of its contacts have anyway.
with labels as (
    select * from {{ ref('fct_contact_labels') }}
),

minimum_counts as (
    select coalesce(max(minimum_count), 0) as minimum_count
    from {{ ref('minimum_counts') }}
    where metric_name = 'label_proposal'
),

unmapped as (
    select * from labels
    where label_contact_reason is null and topic_kind is null
),

known_labels as (
    select
        label,
        contact_reason
    from {{ ref('contact_reason_rules') }}
    union
    select
        contact_reason as label,
        contact_reason
    from {{ ref('contact_reasons') }}
    where contact_reason <> 'uncategorised'
),

counted as (
    select
        label_kind,
        label,
        count(distinct ticket_key) as contact_count,
        count(distinct case when contact_reason = 'uncategorised' then ticket_key end) as uncategorised_contact_count,
        count(distinct case when contact_reason <> 'uncategorised' then ticket_key end) as categorised_contact_count,
        min(created_date) as first_seen_date,
        max(created_date) as last_seen_date
    from unmapped
    group by label_kind, label
),

-- Edits needed to turn one word into the other, as a share of the longer one.
compared as (
    select
        counted.label_kind,
        counted.label,
        known_labels.label as similar_label,
        known_labels.contact_reason as similar_contact_reason,
        1e0 - levenshtein(counted.label, known_labels.label) * 1e0
        / greatest(length(counted.label), length(known_labels.label)) as similarity_score
    from counted
    cross join known_labels
),

most_similar as (
    select
        *,
        row_number() over (
            partition by label_kind, label order by similarity_score desc nulls last, similar_label asc nulls last
        ) as similarity_rank
    from compared
),

accompanied as (
    select
        label_kind,
        label,
        contact_reason as usual_contact_reason,
        count(distinct ticket_key) as usual_contact_count,
        row_number() over (
            partition by label_kind, label
            order by count(distinct ticket_key) desc nulls last, contact_reason asc nulls last
        ) as reason_rank
    from unmapped
    where contact_reason <> 'uncategorised'
    group by label_kind, label, contact_reason
)

select
    counted.label_kind,
    counted.label,
    most_similar.similar_label,
    most_similar.similar_contact_reason,
    accompanied.usual_contact_reason,
    case
        when most_similar.similarity_score >= 0.75e0 then most_similar.similar_contact_reason
        when
            counted.categorised_contact_count >= minimum_counts.minimum_count
            and accompanied.usual_contact_count > 0.5e0 * counted.categorised_contact_count
            then accompanied.usual_contact_reason
    end as proposed_contact_reason,
    case
        when most_similar.similarity_score >= 0.75e0 then 'it is spelt like a label that a rule knows'
        when counted.categorised_contact_count < minimum_counts.minimum_count then 'no proposal: too few contacts with a reason'
        when accompanied.usual_contact_count > 0.5e0 * counted.categorised_contact_count
            then 'most of its contacts have this reason'
        else 'no proposal: it comes with many reasons; if it says nothing, give it the topic nothing'
    end as proposal_basis,
    cast(counted.contact_count as bigint) as contact_count,
    cast(counted.uncategorised_contact_count as bigint) as uncategorised_contact_count,
    cast(counted.categorised_contact_count as bigint) as categorised_contact_count,
    cast(coalesce(accompanied.usual_contact_count, 0) as bigint) as usual_contact_count,
    {{ ratio('coalesce(accompanied.usual_contact_count, 0)', 'counted.categorised_contact_count') }} as usual_contact_ratio,
    most_similar.similarity_score,
    counted.first_seen_date,
    counted.last_seen_date
from counted
cross join minimum_counts
left outer join most_similar
    on counted.label_kind = most_similar.label_kind and counted.label = most_similar.label and most_similar.similarity_rank = 1
left outer join accompanied
    on counted.label_kind = accompanied.label_kind and counted.label = accompanied.label and accompanied.reason_rank = 1
