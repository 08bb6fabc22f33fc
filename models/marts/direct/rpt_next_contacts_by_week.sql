-- Next-contact avoidance: of the contacts resolved in a week, how many were not followed by another of the same person within a
-- number of days. A window that is not over yet is no success and no failure: it is not judged. What it will come to is estimated
-- from the failures so far and the share F of them that its age lets us expect to have seen.
with next_contacts as (
    select * from {{ ref('int_next_contacts') }}
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

delays as (
    select * from {{ ref('int_contact_delays') }}
    where case_kind = 'same issue again'
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
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

-- Of what comes again within a window, the share that has come by an age.
shares as (
    select
        windows.window_days,
        delays.delay_days,
        case
            when delays.delay_days < windows.window_days then {{ ratio('delays.share_before_ratio', 'ends.share_ratio') }}
            when ends.share_ratio > 0 then 1e0
        end as share_before_ratio,
        case
            when delays.delay_days < windows.window_days then {{ ratio('delays.share_ratio', 'ends.share_ratio') }}
            when ends.share_ratio > 0 then 1e0
        end as share_ratio,
        case
            when delays.share_error_ratio > ends.share_error_ratio
                then sqrt(power(delays.share_error_ratio, 2) - power(ends.share_error_ratio, 2))
            when ends.share_ratio > 0 then 0e0
        end as share_error_ratio
    from windows
    inner join delays as ends on windows.window_days - 1 = ends.delay_days
    inner join delays on windows.window_days >= delays.delay_days
),

resolved as (
    select
        tickets.market,
        next_contacts.ticket_key as followed_ticket_key,
        next_contacts.next_contact_calendar_seconds,
        next_contacts.next_same_contact_calendar_seconds,
        next_contacts.same_issue_calendar_seconds,
        next_contacts.followed_calendar_seconds,
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
        resolved.followed_calendar_seconds,
        case
            when resolved.followed_calendar_seconds >= 86400 * windows.window_days then 86400 * windows.window_days
            else resolved.followed_calendar_seconds
        end as watched_calendar_seconds,
        resolved.followed_ticket_key is not null as is_followed,
        coalesce(resolved.followed_calendar_seconds >= 86400 * windows.window_days, false) as is_judged,
        coalesce(resolved.next_contact_calendar_seconds < 86400 * windows.window_days, false) as has_next_contact,
        coalesce(resolved.next_same_contact_calendar_seconds < 86400 * windows.window_days, false) as has_next_same_contact,
        coalesce(resolved.same_issue_calendar_seconds < 86400 * windows.window_days, false) as has_same_issue
    from resolved
    cross join windows
),

expected as (
    select
        judged.*,
        {{ expected_share('shares', 'judged.watched_calendar_seconds') }} as expected_share_ratio,
        ({{ expected_share('shares', 'judged.watched_calendar_seconds') }}) * shares.share_error_ratio as expected_share_error_ratio,
        shares.share_before_ratio
    from judged
    left outer join shares
        on
            judged.window_days = shares.window_days
            and {{ delay_day_of('judged.watched_calendar_seconds') }} = shares.delay_days
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
        sum(case when is_judged and not has_same_issue then 1 else 0 end) as first_contact_resolved_count,
        sum(case when has_same_issue then 1 else 0 end) as same_issue_count,
        {{ exact_sum('expected_share_ratio') }} as matured_followed_count,
        {{ exact_sum('expected_share_error_ratio') }} as matured_followed_error_count,
        min(followed_calendar_seconds) as youngest_calendar_seconds,
        min(share_before_ratio) as maturity_ratio
    from expected
    group by market, window_days, resolved_week
)

select
    counted.market,
    cast(counted.window_days as integer) as window_days,
    cast(counted.resolved_count as bigint) as resolved_count,
    cast(counted.followed_count as bigint) as followed_count,
    cast(counted.judged_count as bigint) as judged_count,
    cast(counted.next_contact_avoided_count as bigint) as next_contact_avoided_count,
    {{ ratio('counted.next_contact_avoided_count', 'counted.judged_count') }} as next_contact_avoided_ratio,
    cast(counted.next_same_contact_avoided_count as bigint) as next_same_contact_avoided_count,
    {{ ratio('counted.next_same_contact_avoided_count', 'counted.judged_count') }} as next_same_contact_avoided_ratio,
    cast(counted.first_contact_resolved_count as bigint) as first_contact_resolved_count,
    {{ ratio('counted.first_contact_resolved_count', 'counted.judged_count') }} as first_contact_resolved_ratio,
    cast(counted.same_issue_count as bigint) as same_issue_count,
    counted.matured_followed_count,
    counted.matured_followed_error_count,
    1e0 - {{ completed_ratio('counted.same_issue_count', 'counted.matured_followed_count') }}
        as first_contact_resolved_completed_ratio,
    -- Most failures, least resolution: the ends change places.
    {%- for side, failure_side in [('low', 'high'), ('high', 'low')] %}
        1e0 - {{ completed_bound(
            'counted.same_issue_count', 'counted.followed_count', 'counted.matured_followed_count',
            'counted.matured_followed_error_count', failure_side
        ) }} as first_contact_resolved_completed_{{ side }}_ratio,
    {%- endfor %}
    cast(floor(counted.youngest_calendar_seconds / 86400e0) as bigint) as youngest_age_days,
    counted.maturity_ratio,
    counted.judged_count = counted.followed_count
    and {{ add_days('counted.resolved_week', 7) }} <= horizons.first_incomplete_date as is_complete,
    coalesce(
        counted.maturity_ratio >= 0.95e0 and {{ add_days('counted.resolved_week', 7) }} <= horizons.first_incomplete_date, false
    ) as is_mature,
    counted.resolved_week
from counted
cross join horizons
