-- The Monday question in one sentence a week, built from the figures beside it.
with intensity_by_day as (
    select * from {{ ref('rpt_contact_intensity_by_day') }}
),

parts as (
    select * from {{ ref('rpt_contact_intensity_changes_by_reason_market_week') }}
),

dates as (
    select distinct calendar_week as intensity_week from {{ ref('dim_dates') }}
),

-- The week in which the later of contacts and orders begins to be delivered is hardly a whole one.
first_weeks as (
    select
        min(case when contact_count > 0 then intensity_week end) as first_contact_week,
        min(case when order_count > 0 then intensity_week end) as first_order_week
    from intensity_by_day
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

weekly as (
    select
        dates.intensity_week,
        coalesce(sum(intensity_by_day.contact_count), 0) as contact_count,
        coalesce(sum(intensity_by_day.order_count), 0) as order_count,
        dates.intensity_week > first_weeks.first_contact_week
        and dates.intensity_week > first_weeks.first_order_week
        and {{ add_days('dates.intensity_week', 7) }} <= horizons.first_incomplete_date as is_whole
    from dates
    cross join first_weeks
    cross join horizons
    left outer join intensity_by_day on dates.intensity_week = intensity_by_day.intensity_week
    where dates.intensity_week >= first_weeks.first_contact_week
    group by
        dates.intensity_week, first_weeks.first_contact_week, first_weeks.first_order_week, horizons.first_incomplete_date
),

paired as (
    select
        weekly.intensity_week,
        weekly.contact_count,
        weekly.order_count,
        coalesce(weekly.is_whole, false) as is_complete,
        week_before.contact_count as previous_contact_count,
        week_before.order_count as previous_order_count,
        100 * {{ ratio('weekly.contact_count', 'weekly.order_count') }} as contact_intensity,
        100 * {{ ratio('week_before.contact_count', 'week_before.order_count') }} as previous_contact_intensity,
        case
            when weekly.order_count = 0 then 'no orders in the week'
            when weekly.is_whole is not true then 'the week is not whole'
            when week_before.intensity_week is null or week_before.is_whole is not true then 'no whole week before it'
            when week_before.order_count = 0 then 'no orders in the week before'
        end as missing_reason
    from weekly
    left outer join weekly as week_before
        on {{ add_days('weekly.intensity_week', -7) }} = week_before.intensity_week
),

-- Contacts come independently at best: a z of 2 is the least that is worth a word.
changed as (
    select
        *,
        case when missing_reason is null then contact_intensity - previous_contact_intensity end as intensity_change,
        case
            when missing_reason is null and contact_count + previous_contact_count > 0
                then
                    (contact_intensity - previous_contact_intensity) / (100e0 * sqrt(
                        contact_count * 1e0 / (order_count * 1e0 * order_count)
                        + previous_contact_count * 1e0 / (previous_order_count * 1e0 * previous_order_count)
                    ))
        end as change_z_score
    from paired
),

sums as (
    select
        intensity_week,
        {{ exact_sum('rate_change_per_hundred_orders') }} as rate_change,
        {{ exact_sum('mix_change_per_hundred_orders') }} as mix_change
    from parts
    group by intensity_week
),

worded as (
    select
        changed.*,
        sums.rate_change,
        sums.mix_change,
        parts.contact_reason,
        parts.reason_label,
        parts.market,
        parts.owner,
        parts.change_per_hundred_orders as part_change,
        parts.excess_contact_count,
        {{ figure('changed.contact_intensity', 1) }} as intensity_text,
        {{ figure('changed.previous_contact_intensity', 1) }} as previous_intensity_text,
        case
            when changed.intensity_change is null then cast(null as varchar)
            when changed.change_z_score >= 1.96e0 then 'up'
            when changed.change_z_score <= -1.96e0 then 'down'
            else 'noise'
        end as intensity_verdict
    from changed
    left outer join sums on changed.intensity_week = sums.intensity_week
    left outer join parts on changed.intensity_week = parts.intensity_week and parts.excess_rank = 1
)

select
    missing_reason,
    case
        when order_count = 0 then 'Contact intensity is not known: ' || missing_reason || '.'
        when missing_reason is not null
            then
                'Contact intensity was ' || intensity_text || ' per 100 orders; it is compared with nothing: ' || missing_reason || '.'
        else
            case
                when intensity_text = previous_intensity_text then 'Contact intensity stayed at ' || intensity_text
                when intensity_change > 0
                    then 'Contact intensity rose from ' || previous_intensity_text || ' to ' || intensity_text
                else 'Contact intensity fell from ' || previous_intensity_text || ' to ' || intensity_text
            end
            || ' per 100 orders'
            || case when intensity_verdict = 'noise' and intensity_text <> previous_intensity_text then ', which may be chance' else '' end
            || coalesce(
                '; the largest part, ' || {{ figure('part_change', 1) }} || ', is ''' || coalesce(reason_label, contact_reason)
                || ''' in ' || market || ' (owner: ' || coalesce(owner, 'nobody yet') || '), '
                || {{ counted_noun('abs(excess_contact_count)', 'contact') }}
                || case when excess_contact_count < 0 then ' fewer' else ' more' end
                || ' than last week''s rate would have given', ''
            ) || '.'
    end as sentence,
    intensity_verdict,
    contact_reason as largest_contact_reason,
    market as largest_market,
    owner as largest_owner,
    cast(contact_count as bigint) as contact_count,
    cast(previous_contact_count as bigint) as previous_contact_count,
    cast(order_count as bigint) as order_count,
    cast(previous_order_count as bigint) as previous_order_count,
    contact_intensity,
    {{ '100 * ' ~ ratio(poisson_bound('contact_count', 'low'), 'order_count') }} as low_contact_intensity,
    {{ '100 * ' ~ ratio(poisson_bound('contact_count', 'high'), 'order_count') }} as high_contact_intensity,
    previous_contact_intensity,
    intensity_change as change_per_hundred_orders,
    change_z_score,
    rate_change as rate_change_per_hundred_orders,
    mix_change as mix_change_per_hundred_orders,
    part_change as largest_change_per_hundred_orders,
    excess_contact_count as largest_excess_contact_count,
    is_complete,
    intensity_week
from worded
