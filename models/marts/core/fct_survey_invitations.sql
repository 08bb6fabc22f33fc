with invitations as (
    select * from {{ ref('int_survey_invitations_answered') }}
    where exclusion_reason is null
),

-- Whose work a survey asks about: who had replied last before it was offered.
replies as (
    select * from {{ ref('int_agent_replies') }}
),

delays as (
    select * from {{ ref('int_contact_delays') }}
    where case_kind = 'survey answered'
)

select
    invitations.invitation_key,
    invitations.ticket_key,
    invitations.customer_key,
    replies.agent_key,
    invitations.source_name,
    invitations.survey_type,
    invitations.market,
    replies.agent_team_name,
    invitations.csat_rating,
    invitations.scale,
    cast(invitations.first_rating_calendar_seconds as bigint) as first_rating_calendar_seconds,
    -- The share F of its answer that the age of an offer lets us expect to have seen, and the error of that.
    {{ expected_share('delays', 'invitations.watched_calendar_seconds') }} as answer_maturity_ratio,
    ({{ expected_share('delays', 'invitations.watched_calendar_seconds') }}) * delays.share_error_ratio
        as answer_maturity_error_ratio,
    invitations.has_csat_rating,
    invitations.has_ces_response,
    invitations.is_ces_easy,
    {{ reporting_date('invitations.offered_at') }} as offered_date,
    invitations.offered_at
from invitations
left outer join replies
    on
        invitations.ticket_key = replies.ticket_key
        and invitations.offered_at >= replies.replied_at
        and invitations.offered_at < coalesce(replies.next_replied_at, cast('9999-12-31' as timestamp))
left outer join delays
    on
        case
            when invitations.survey_type = 'csat'
                then {{ delay_day_of('invitations.watched_calendar_seconds', longest_support_delay_days()) }}
        end = delays.delay_days
