-- How much more than chance alone the contacts of a reason scatter from week to week, beside all contacts: over the half-year before
-- the weeks that a change is compared with, so that neither what was mended nor what came of it is in it.
with change_requests as (
    select
        change_id,
        contact_reason,
        {{ add_days('shipped_date', '-7 * coalesce(compared_week_count, 8)') }} as quiet_until_date
    from {{ ref('change_requests') }}
    where status = 'shipped'
),

contacts as (
    select
        contact_reason,
        {{ reporting_date('created_at') }} as created_date
    from {{ ref('int_contacts') }}
),

minimum_counts as (
    select coalesce(max(minimum_count), 0) as minimum_count
    from {{ ref('minimum_counts') }}
    where metric_name = 'change_dispersion_weeks'
),

daily as (
    select
        contact_reason,
        created_date,
        count(*) as contact_count
    from contacts
    group by contact_reason, created_date
),

beginnings as (
    select min(created_date) as first_date from daily
),

dated as (
    select
        change_requests.change_id,
        change_requests.quiet_until_date,
        daily.contact_count,
        case when daily.contact_reason = change_requests.contact_reason then daily.contact_count else 0 end as own_count,
        cast(floor(
            ({{ calendar_days_between('daily.created_date', 'change_requests.quiet_until_date') }} - 1) / 7e0
        ) as integer) as weeks_before
    from change_requests
    inner join daily
        on
            change_requests.quiet_until_date > daily.created_date
            and {{ add_days('change_requests.quiet_until_date', -182) }} <= daily.created_date
),

-- The week in which the data begin is not whole.
weekly as (
    select
        dated.change_id,
        dated.weeks_before,
        sum(dated.own_count) as own_count,
        sum(dated.contact_count) as contact_count
    from dated
    cross join beginnings
    where {{ add_days('dated.quiet_until_date', '-7 * (dated.weeks_before + 1)') }} >= beginnings.first_date
    group by dated.change_id, dated.weeks_before
),

expected as (
    select
        *,
        contact_count * sum(own_count) over (partition by change_id) * 1e0
        / sum(contact_count) over (partition by change_id) as expected_count
    from weekly
)

-- Pearson's dispersion; less scatter than chance alone makes is chance as well.
select
    expected.change_id,
    count(*) as dispersion_week_count,
    case
        when count(*) >= max(minimum_counts.minimum_count) and sum(expected.own_count) > 0
            then greatest(
                {{ exact_sum('power(expected.own_count - expected.expected_count, 2) / expected.expected_count') }} / (count(*) - 1e0),
                1e0
            )
    end as dispersion_factor
from expected
cross join minimum_counts
group by expected.change_id
