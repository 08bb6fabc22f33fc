-- What each agent did in a week, in whatever team, and the team of the week's last deed.
with replies as (
    select * from {{ ref('int_agent_replies') }}
    where agent_key is not null
),

closings as (
    select * from {{ ref('int_agent_closings') }}
    where agent_key is not null
),

contacts as (
    select * from {{ ref('int_contacts_measured') }}
),

csat_responses as (
    select * from {{ ref('int_csat_responses_owned') }}
    where agent_key is not null
),

deeds as (
    select
        replies.agent_key,
        replies.agent_team_name,
        replies.ticket_key || '|' || cast({{ reporting_date('replies.replied_at') }} as varchar) as conversation,
        1 as reply_count,
        0 as closed_count,
        -- Two replies in one second are one first response.
        case
            when
                replies.replied_at = contacts.first_response_at
                and row_number() over (
                    partition by replies.ticket_key, replies.replied_at order by replies.message_key asc nulls last
                ) = 1
                then contacts.first_response_calendar_seconds
        end as first_response_calendar_seconds,
        cast(null as bigint) as resolution_calendar_seconds,
        cast(null as varchar) as rating,
        cast(null as varchar) as rating_owner,
        replies.replied_at as happened_at
    from replies
    inner join contacts on replies.ticket_key = contacts.ticket_key
    union all
    select
        agent_key,
        agent_team_name,
        cast(null as varchar) as conversation,
        0 as reply_count,
        1 as closed_count,
        cast(null as bigint) as first_response_calendar_seconds,
        resolution_calendar_seconds,
        cast(null as varchar) as rating,
        cast(null as varchar) as rating_owner,
        resolved_at as happened_at
    from closings
    union all
    select
        agent_key,
        agent_team_name,
        cast(null as varchar) as conversation,
        0 as reply_count,
        0 as closed_count,
        cast(null as bigint) as first_response_calendar_seconds,
        cast(null as bigint) as resolution_calendar_seconds,
        rating,
        rating_owner,
        responded_at as happened_at
    from csat_responses
),

dated as (
    select
        *,
        {{ week_of(reporting_date('happened_at')) }} as worked_week
    from deeds
)

select
    agent_key,
    max_by(agent_team_name, happened_at) as agent_team_name,
    count(distinct conversation) as conversation_count,
    sum(reply_count) as reply_count,
    sum(closed_count) as closed_count,
    count(first_response_calendar_seconds) as first_response_count,
    percentile_disc(0.5) within group (order by first_response_calendar_seconds)
        as first_response_calendar_seconds_median,
    percentile_disc(0.5) within group (order by resolution_calendar_seconds) as resolution_calendar_seconds_median,
    count(rating) as response_count,
    sum(case when rating = 'positive' then 1 else 0 end) as positive_count,
    sum(case when rating_owner = 'agent' then 1 else 0 end) as own_response_count,
    sum(case when rating_owner = 'agent' and rating = 'positive' then 1 else 0 end) as own_positive_count,
    worked_week
from dated
group by agent_key, worked_week
