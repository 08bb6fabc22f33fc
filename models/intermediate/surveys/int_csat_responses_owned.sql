-- Whose each rating is: the first rule of the seed csat_owner_rules all of whose conditions hold; an empty one holds always.
-- What is not known (a wait, who was on shift) meets no condition about it.
with csat_responses as (
    select * from {{ ref('int_csat_responses_attributed') }}
),

contact_reasons as (
    select * from {{ ref('contact_reasons') }}
),

coverage as (
    select * from {{ ref('int_wait_coverage') }}
),

targets as (
    select max(target_value) as target_seconds
    from {{ ref('metric_targets') }}
    where metric_name = 'first_response_calendar_seconds_median'
),

rules as (
    select * from {{ ref('csat_owner_rules') }}
),

described as (
    select
        csat_responses.*,
        contact_reasons.category,
        contact_reasons.department,
        csat_responses.waited_calendar_seconds > targets.target_seconds as is_beyond_target,
        {{ ratio(
            'csat_responses.waited_calendar_seconds - coverage.covered_calendar_seconds',
            'csat_responses.waited_calendar_seconds'
        ) }} as uncovered_ratio
    from csat_responses
    cross join targets
    left outer join contact_reasons on csat_responses.contact_reason = contact_reasons.contact_reason
    left outer join coverage on csat_responses.ticket_key = coverage.ticket_key
),

matched as (
    select
        described.response_key,
        min(rules.rule_rank) as rule_rank
    from described
    inner join rules
        on
            (rules.rating is null or described.rating = rules.rating)
            and (rules.stated_reason is null or lower(trim(described.stated_reason)) = rules.stated_reason)
            and (rules.contact_reason is null or described.contact_reason = rules.contact_reason)
            and (rules.category is null or described.category = rules.category)
            and (rules.department is null or described.department = rules.department)
            and (rules.minimum_waited_seconds is null or described.waited_calendar_seconds >= rules.minimum_waited_seconds)
            and (rules.minimum_uncovered_ratio is null or described.uncovered_ratio >= rules.minimum_uncovered_ratio)
            and (rules.is_beyond_target is null or described.is_beyond_target = rules.is_beyond_target)
            and (rules.is_agent_known is null or (described.agent_key is not null) = rules.is_agent_known)
    group by described.response_key
)

select
    described.response_key,
    described.invitation_key,
    described.ticket_key,
    described.customer_key,
    described.agent_key,
    described.source_name,
    described.market,
    described.agent_team_name,
    described.scale,
    described.score,
    described.rating,
    coalesce(rules.owner, 'unknown') as rating_owner,
    described.stated_reason,
    described.contact_reason,
    described.channel,
    described.comment_themes,
    described.comment_sentiment,
    matched.rule_rank as owner_rule_rank,
    described.has_comment,
    described.responded_at
from described
left outer join matched on described.response_key = matched.response_key
left outer join rules on matched.rule_rank = rules.rule_rank
