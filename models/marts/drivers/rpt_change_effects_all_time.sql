-- What was done about it, and what came of it: contacts that began, time worked and its cost in as many whole weeks before a change
-- as after it (the day of shipping is in neither), beside the reasons that nothing was done about. An association: something else
-- may have changed too.
with change_requests as (
    select * from {{ ref('change_requests') }}
),

contacts as (
    select
        contact_reason,
        {{ reporting_date('created_at') }} as created_date
    from {{ ref('int_contacts') }}
),

contact_costs as (
    select * from {{ ref('int_contact_costs') }}
),

dispersions as (
    select * from {{ ref('int_change_dispersions') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

horizons as (
    select first_incomplete_date from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

beginnings as (
    select min(created_date) as first_date from contacts
),

daily as (
    select
        contact_reason,
        created_date,
        count(*) as contact_count
    from contacts
    group by contact_reason, created_date
),

touched_reasons as (
    select distinct contact_reason from change_requests
    where status = 'shipped'
),

-- Where the data end, or begin, too soon, both windows are shorter and stay equal.
spans as (
    select
        change_requests.*,
        {{ calendar_days_between('beginnings.first_date', 'change_requests.shipped_date') }} as days_before,
        {{ calendar_days_between('change_requests.shipped_date', 'horizons.first_incomplete_date') }} - 1 as days_after
    from change_requests
    cross join horizons
    cross join beginnings
),

windows as (
    select
        *,
        coalesce(compared_week_count, 8) as wanted_week_count,
        case
            when status = 'shipped'
                then greatest(least(
                    coalesce(compared_week_count, 8), cast(floor(days_after / 7e0) as integer), cast(floor(days_before / 7e0) as integer)
                ), 0)
        end as week_count
    from spans
),

compared as (
    select
        windows.change_id,
        daily.contact_reason = windows.contact_reason as is_own,
        daily.created_date > windows.shipped_date as is_after,
        daily.contact_count
    from windows
    inner join daily
        on
            {{ add_days('windows.shipped_date', '-7 * windows.week_count') }} <= daily.created_date
            and {{ add_days('windows.shipped_date', '7 * windows.week_count') }} >= daily.created_date
            and windows.shipped_date <> daily.created_date
    left outer join touched_reasons on daily.contact_reason = touched_reasons.contact_reason
    where daily.contact_reason = windows.contact_reason or touched_reasons.contact_reason is null
),

counted as (
    select
        {%- for side, after in [('before', 'not is_after'), ('after', 'is_after')] %}
            sum(case when is_own and {{ after }} then contact_count else 0 end) as {{ side }}_contact_count,
            sum(case when not is_own and {{ after }} then contact_count else 0 end) as untouched_{{ side }}_contact_count,
        {%- endfor %}
        change_id
    from compared
    group by change_id
),

worked as (
    select
        windows.change_id,
        contact_costs.worked_date > windows.shipped_date as is_after,
        {{ summed_work('contact_costs') }}
    from windows
    inner join contact_costs
        on
            windows.contact_reason = contact_costs.contact_reason
            and {{ add_days('windows.shipped_date', '-7 * windows.week_count') }} <= contact_costs.worked_date
            and {{ add_days('windows.shipped_date', '7 * windows.week_count') }} >= contact_costs.worked_date
            and windows.shipped_date <> contact_costs.worked_date
    group by windows.change_id, contact_costs.worked_date > windows.shipped_date
),

measured as (
    select
        {%- for name, side in [
            ('adjusted_after_per_before', none), ('adjusted_low_after_per_before', 'low'), ('adjusted_high_after_per_before', 'high'),
        ] %}
            {{ adjusted_rate_ratio(
                'counted.before_contact_count', 'counted.after_contact_count', 'counted.untouched_before_contact_count',
                'counted.untouched_after_contact_count', side, 'coalesce(dispersions.dispersion_factor, 1e0)'
            ) }} as {{ name }},
        {%- endfor %}
        {%- for side in ['before', 'after'] %}
            counted.{{ side }}_contact_count,
            {{ side }}_work.total_handle_calendar_seconds as {{ side }}_handle_calendar_seconds,
            case when windows.week_count > 0 then coalesce({{ side }}_work.costed_contact_count, 0) end as {{ side }}_costed_contact_count,
            {{ whole_cost(side ~ '_work') }} as {{ side }}_caused_cost_usd,
            case when windows.week_count > 0 then {{ cost_missing_reason(side ~ '_work') }} end as {{ side }}_cost_missing_reason,
            counted.untouched_{{ side }}_contact_count,
        {%- endfor %}
        case when windows.week_count > 0 then coalesce(dispersions.dispersion_week_count, 0) end as dispersion_week_count,
        dispersions.dispersion_factor,
        windows.*
    from windows
    left outer join counted on windows.change_id = counted.change_id
    left outer join dispersions on windows.change_id = dispersions.change_id
    left outer join worked as before_work on windows.change_id = before_work.change_id and not before_work.is_after
    left outer join worked as after_work on windows.change_id = after_work.change_id and after_work.is_after
)

select
    measured.change_id,
    measured.contact_reason,
    contact_reasons.reason_label,
    contact_reasons.department,
    measured.owner,
    case measured.lever_rank
        when 1 then 'bug fix'
        when 2 then 'simpler process'
        when 3 then 'self-service'
        when 4 then 'outbound communication and education'
        when 5 then 'automation'
    end as lever,
    measured.status,
    measured.change_description,
    case
        when measured.status <> 'shipped' then 'not shipped'
        when measured.week_count = 0 then 'no whole week on both sides'
        when measured.adjusted_after_per_before is null then 'too few contacts to compare'
        when measured.adjusted_high_after_per_before < 1 then 'fewer'
        when measured.adjusted_low_after_per_before > 1 then 'more'
        else 'noise'
    end as change_verdict,
    measured.before_cost_missing_reason,
    measured.after_cost_missing_reason,
    cast(measured.lever_rank as bigint) as lever_rank,
    cast(measured.week_count as bigint) as compared_week_count,
    {%- for side in ['before', 'after'] %}
        cast(measured.{{ side }}_contact_count as bigint) as {{ side }}_contact_count,
        {{ ratio('measured.' ~ side ~ '_contact_count', 'measured.week_count') }} as {{ side }}_contacts_per_week,
        cast(measured.{{ side }}_handle_calendar_seconds as double) as {{ side }}_handle_calendar_seconds,
        {{ ratio('measured.' ~ side ~ '_handle_calendar_seconds / 60e0', 'measured.week_count') }} as {{ side }}_handle_minutes_per_week,
        cast(measured.{{ side }}_costed_contact_count as bigint) as {{ side }}_costed_contact_count,
        measured.{{ side }}_caused_cost_usd,
        {{ ratio('measured.' ~ side ~ '_caused_cost_usd', 'measured.week_count') }} as {{ side }}_caused_cost_usd_per_week,
        cast(measured.untouched_{{ side }}_contact_count as bigint) as untouched_{{ side }}_contact_count,
    {%- endfor %}
    {{ ratio('measured.after_contact_count', 'measured.before_contact_count') }} as after_per_before,
    {{ ratio('measured.untouched_after_contact_count', 'measured.untouched_before_contact_count') }}
        as untouched_after_per_before,
    measured.adjusted_after_per_before,
    measured.adjusted_low_after_per_before,
    measured.adjusted_high_after_per_before,
    cast(measured.dispersion_week_count as bigint) as dispersion_week_count,
    measured.dispersion_factor,
    coalesce(measured.week_count = measured.wanted_week_count, false) as is_complete,
    measured.shipped_date as change_shipped_date
from measured
left outer join contact_reasons on measured.contact_reason = contact_reasons.contact_reason
