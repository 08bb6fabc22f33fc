-- Next-contact avoidance: of the contacts resolved in a week, how many were not followed by another of the same person within a
-- number of days. A window that is not over yet is no success and no failure: it is not judged.
with next_contacts as (
    select * from {{ ref('int_next_contacts') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

windows as (
    select 1 as window_days
    union all
    select 3 as window_days
    union all
    select 7 as window_days
    union all
    select 14 as window_days
    union all
    select 30 as window_days
),

resolved as (
    select
        tickets.market,
        next_contacts.ticket_key as followed_ticket_key,
        next_contacts.next_contact_calendar_seconds,
        next_contacts.next_same_contact_calendar_seconds,
        next_contacts.followed_calendar_seconds,
        tickets.reopen_count,
        {{ week_of(reporting_date('tickets.first_resolved_at')) }} as resolved_week
    from tickets
    left outer join next_contacts on tickets.ticket_key = next_contacts.ticket_key
    where tickets.first_resolved_at is not null
),

judged as (
    select
        resolved.market,
        windows.window_days,
        resolved.resolved_week,
        resolved.followed_ticket_key is not null as is_followed,
        coalesce(resolved.followed_calendar_seconds >= 86400 * windows.window_days, false) as is_judged,
        coalesce(resolved.next_contact_calendar_seconds < 86400 * windows.window_days, false) as has_next_contact,
        coalesce(resolved.next_same_contact_calendar_seconds < 86400 * windows.window_days, false) as has_next_same_contact,
        resolved.reopen_count > 0 as was_reopened
    from resolved
    cross join windows
),

counted as (
    select
        market,
        window_days,
        resolved_week,
        count(*) as resolved_count,
        sum(case when is_followed then 1 else 0 end) as followed_count,
        sum(case when is_judged then 1 else 0 end) as judged_count,
        sum(case when is_judged and not has_next_contact then 1 else 0 end) as next_contact_avoided_count,
        sum(case when is_judged and not has_next_same_contact then 1 else 0 end) as next_same_contact_avoided_count,
        sum(case when is_judged and not has_next_same_contact and not was_reopened then 1 else 0 end)
            as first_contact_resolved_count
    from judged
    group by market, window_days, resolved_week
)

select
    market,
    cast(window_days as integer) as window_days,
    cast(resolved_count as bigint) as resolved_count,
    cast(followed_count as bigint) as followed_count,
    cast(judged_count as bigint) as judged_count,
    cast(next_contact_avoided_count as bigint) as next_contact_avoided_count,
    {{ ratio('next_contact_avoided_count', 'judged_count') }} as next_contact_avoided_ratio,
    cast(next_same_contact_avoided_count as bigint) as next_same_contact_avoided_count,
    {{ ratio('next_same_contact_avoided_count', 'judged_count') }} as next_same_contact_avoided_ratio,
    cast(first_contact_resolved_count as bigint) as first_contact_resolved_count,
    {{ ratio('first_contact_resolved_count', 'judged_count') }} as first_contact_resolved_ratio,
    judged_count = followed_count as is_complete,
    resolved_week
from counted
