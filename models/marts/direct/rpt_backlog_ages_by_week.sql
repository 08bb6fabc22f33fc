-- How old is what lies there? The open contacts at the end of each week, by the time since they were created; over the ages
-- they add up to the backlog of that evening.
with state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

stretches as (
    select
        ticket_key,
        step,
        changed_at as began_at,
        lead(changed_at) over (
            partition by ticket_key order by changed_at asc nulls last, step asc nulls last
        ) as ended_at
    from state_changes
),

-- Most stretches begin and end in one week, and are open at the end of none.
crossed as (
    select
        contacts.market,
        contacts.created_at,
        {{ week_of(reporting_date('stretches.began_at')) }} as began_week,
        {{ week_of(reporting_date('coalesce(stretches.ended_at, contacts.complete_through_at)')) }} as ended_week
    from stretches
    inner join contacts on stretches.ticket_key = contacts.ticket_key
    where stretches.step <> 'resolved'
),

numbered as (
    select
        market,
        created_at,
        began_week,
        {{ each_integer(0, '(' ~ epoch_seconds('cast(ended_week as timestamp)') ~ ' - '
            ~ epoch_seconds('cast(began_week as timestamp)') ~ ') / 604800 - 1') }} as weeks_later
    from crossed
    where ended_week > began_week
),

standing as (
    select
        market,
        created_at,
        {{ add_days('began_week', '7 * weeks_later') }} as backlog_week
    from numbered
),

aged as (
    select
        market,
        backlog_week,
        {{ epoch_seconds(reporting_midnight(add_days('backlog_week', 7))) }} - {{ epoch_seconds('created_at') }} as age_seconds
    from standing
),

counted as (
    select
        market,
        backlog_week,
        case
            when age_seconds < 86400 then 1
            when age_seconds < 3 * 86400 then 2
            when age_seconds < 7 * 86400 then 3
            when age_seconds < 14 * 86400 then 4
            when age_seconds < 30 * 86400 then 5
            else 6
        end as age_rank,
        count(*) as open_count,
        max(age_seconds) as oldest_age_seconds
    from aged
    group by market, backlog_week, age_rank
)

select
    counted.market,
    case counted.age_rank
        when 1 then 'less than a day'
        when 2 then '1 to 3 days'
        when 3 then '3 to 7 days'
        when 4 then '7 to 14 days'
        when 5 then '14 to 30 days'
        else '30 days and more'
    end as age_label,
    cast(counted.age_rank as integer) as age_rank,
    cast(counted.open_count as bigint) as open_count,
    cast(counted.oldest_age_seconds as bigint) as oldest_age_calendar_seconds,
    {{ add_days('counted.backlog_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.backlog_week
from counted
cross join horizons
