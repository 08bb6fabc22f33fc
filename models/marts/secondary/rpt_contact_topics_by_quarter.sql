-- The customer voice report: categories of feedback (one a contact), modifiers, the features wished for, the sales handed over
-- (each as far as labels say). Within a kind topics are ranked; the first ten features are the quarter's top ten.
with tickets as (
    select
        *,
        {{ quarter_of('created_date') }} as created_quarter
    from {{ ref('fct_tickets') }}
),

labels as (
    select * from {{ ref('fct_contact_labels') }}
    where topic_kind in ('modifier', 'feature', 'sales opportunity')
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

-- Wishes that no label names are shown as such, or the named ones would look like all.
topics as (
    select
        ticket_key,
        'category' as topic_kind,
        feedback_category as topic
    from tickets
    union
    select
        ticket_key,
        topic_kind,
        topic
    from labels
    union
    select
        tickets.ticket_key,
        'feature' as topic_kind,
        'not named' as topic
    from tickets
    left outer join labels on tickets.ticket_key = labels.ticket_key and labels.topic_kind = 'feature'
    where tickets.feedback_category = 'feature request' and labels.ticket_key is null
),

quarters as (
    select
        created_quarter,
        count(*) as quarter_contact_count
    from tickets
    group by created_quarter
),

kinds as (
    select
        topics.topic_kind,
        tickets.created_quarter,
        count(distinct topics.ticket_key) as kind_contact_count
    from topics
    inner join tickets on topics.ticket_key = tickets.ticket_key
    group by topics.topic_kind, tickets.created_quarter
),

counted as (
    select
        topics.topic_kind,
        topics.topic,
        tickets.created_quarter,
        count(*) as contact_count
    from topics
    inner join tickets on topics.ticket_key = tickets.ticket_key
    group by topics.topic_kind, topics.topic, tickets.created_quarter
)

select
    counted.topic_kind,
    counted.topic,
    cast(counted.contact_count as bigint) as contact_count,
    cast(kinds.kind_contact_count as bigint) as kind_contact_count,
    {{ ratio('counted.contact_count', 'kinds.kind_contact_count') }} as kind_contact_ratio,
    cast(quarters.quarter_contact_count as bigint) as quarter_contact_count,
    {{ ratio('counted.contact_count', 'quarters.quarter_contact_count') }} as contact_ratio,
    case
        when counted.topic <> 'not named'
            then row_number() over (
                partition by counted.topic_kind, counted.created_quarter, counted.topic = 'not named'
                order by counted.contact_count desc nulls last, counted.topic asc nulls last
            )
    end as topic_rank,
    {{ next_month(add_days('counted.created_quarter', 62)) }} <= horizons.first_incomplete_date as is_complete,
    counted.created_quarter
from counted
inner join kinds on counted.topic_kind = kinds.topic_kind and counted.created_quarter = kinds.created_quarter
inner join quarters on counted.created_quarter = quarters.created_quarter
cross join horizons
