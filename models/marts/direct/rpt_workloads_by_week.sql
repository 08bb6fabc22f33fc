-- Work per teammate and day, as the book counts (per calendar day and per weekday) and per day that somebody was on shift, which
-- reads higher; the three are never mixed. A discussion starter, and no quota for anybody.
with ticket_messages as (
    select * from {{ ref('fct_ticket_messages') }}
    where author_role = 'agent' and is_public and not is_automatic
),

ticket_changes as (
    select * from {{ ref('fct_ticket_changes') }}
    where agent_key is not null
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

state_changes as (
    select * from {{ ref('int_ticket_state_changes') }}
    where step = 'resolved'
),

shift_dates as (
    select * from {{ ref('int_shift_dates') }}
),

benchmarks as (
    select
        max(case when benchmark_name = 'conversations_per_day' then benchmark_value end) as usual_value,
        max(case when benchmark_name = 'overloaded_conversations_per_day' then benchmark_value end) as overloaded_value
    from {{ ref('workload_benchmarks') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

-- What an agent does is a reply; where a source tells no messages, it is a change of a contact.
deeds as (
    select
        agent_key,
        ticket_key,
        1 as is_reply,
        {{ reporting_date('sent_at') }} as worked_date
    from ticket_messages
    union all
    select
        ticket_changes.agent_key,
        ticket_changes.ticket_key,
        0 as is_reply,
        {{ reporting_date('ticket_changes.changed_at') }} as worked_date
    from ticket_changes
    inner join tickets on ticket_changes.ticket_key = tickets.ticket_key
    where not tickets.has_message_history
),

worked as (
    select
        {{ week_of('worked_date') }} as worked_week,
        nullif(sum(is_reply), 0) as reply_count,
        count(distinct agent_key) as teammate_count
    from deeds
    group by {{ week_of('worked_date') }}
),

-- One conversation of an agent's day: a contact that the agent worked on that day, however often.
conversed as (
    select
        worked_week,
        count(*) as conversation_count
    from (
        select distinct
            agent_key,
            ticket_key,
            worked_date,
            {{ week_of('worked_date') }} as worked_week
        from deeds
    ) as conversations
    group by worked_week
),

closed as (
    select
        {{ week_of(reporting_date('changed_at')) }} as worked_week,
        count(*) as closed_count
    from state_changes
    group by {{ week_of(reporting_date('changed_at')) }}
),

staffed as (
    select
        {{ week_of('utc_date') }} as worked_week,
        count(*) as staffed_day_count
    from (
        select distinct
            agent_key,
            utc_date
        from shift_dates
    ) as agent_days
    group by {{ week_of('utc_date') }}
),

weekly as (
    select
        worked.worked_week,
        worked.reply_count,
        worked.teammate_count,
        conversed.conversation_count,
        coalesce(closed.closed_count, 0) as closed_count,
        staffed.staffed_day_count,
        {{ ratio('conversed.conversation_count', 'staffed.staffed_day_count') }} as conversations_per_staffed_day
    from worked
    inner join conversed on worked.worked_week = conversed.worked_week
    left outer join closed on worked.worked_week = closed.worked_week
    left outer join staffed on worked.worked_week = staffed.worked_week
)

select
    cast(weekly.teammate_count as bigint) as teammate_count,
    cast(weekly.conversation_count as bigint) as conversation_count,
    cast(weekly.reply_count as bigint) as reply_count,
    cast(weekly.closed_count as bigint) as closed_count,
    cast(weekly.staffed_day_count as bigint) as staffed_day_count,
    {{ ratio('weekly.conversation_count', '7 * weekly.teammate_count') }} as conversations_per_teammate_day,
    {{ ratio('weekly.conversation_count', '5 * weekly.teammate_count') }} as conversations_per_teammate_weekday,
    weekly.conversations_per_staffed_day,
    {{ ratio('weekly.closed_count', '7 * weekly.teammate_count') }} as closed_per_teammate_day,
    benchmarks.usual_value as benchmark_conversations_per_day,
    weekly.conversations_per_staffed_day >= benchmarks.overloaded_value as is_overloaded,
    min(weekly.conversations_per_staffed_day) over (
        order by weekly.worked_week asc nulls last rows between 3 preceding and current row
    ) >= benchmarks.overloaded_value
    and count(*) over (order by weekly.worked_week asc nulls last rows between 3 preceding and current row) = 4
        as is_overload_sustained,
    {{ add_days('weekly.worked_week', 6) }} < horizons.first_incomplete_date as is_complete,
    weekly.worked_week
from weekly
cross join benchmarks
cross join horizons
