-- How long it takes after support did its part until what follows has come, within thirty days: the first answer to the survey;
-- every answer, changes of mind among them, for the latest one counts; the same issue again after a resolution.
with invitations as (
    select * from {{ ref('int_survey_invitations_answered') }}
    where survey_type = 'csat' and exclusion_reason is null
),

next_contacts as (
    select * from {{ ref('int_next_contacts') }}
),

cases as (
    select
        'survey answered' as case_kind,
        first_rating_calendar_seconds as delay_calendar_seconds,
        watched_calendar_seconds
    from invitations
    union all
    select
        'rating given or changed' as case_kind,
        first_rating_calendar_seconds as delay_calendar_seconds,
        watched_calendar_seconds
    from invitations
    union all
    select
        'rating given or changed' as case_kind,
        last_rating_calendar_seconds as delay_calendar_seconds,
        watched_calendar_seconds
    from invitations
    where last_rating_calendar_seconds > first_rating_calendar_seconds
    union all
    select
        'same issue again' as case_kind,
        same_issue_calendar_seconds as delay_calendar_seconds,
        followed_calendar_seconds as watched_calendar_seconds
    from next_contacts
)

{{ delay_shares(
    'cases', ['case_kind'], 'delay_calendar_seconds', 'watched_calendar_seconds',
    longest=longest_support_delay_days(), shortest=longest_support_delay_days()
) }}
