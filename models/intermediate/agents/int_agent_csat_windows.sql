-- The agents' own ratings of the 26 weeks up to each week, by what decides how hard it is to get a good one: the reason, the
-- channel, and whether anybody was on shift when the contact was written. Counted once a week, then carried through the weeks.
with csat_responses as (
    select * from {{ ref('int_csat_responses_owned') }}
    where rating_owner = 'agent' and agent_key is not null
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

covered_windows as (
    select * from {{ ref('int_covered_windows') }}
),

agent_weeks as (
    select * from {{ ref('int_agent_weeks') }}
),

window_weeks as (
    select distinct worked_week as window_week from agent_weeks
),

described as (
    select
        csat_responses.response_key,
        csat_responses.agent_key,
        coalesce(csat_responses.contact_reason, 'unknown') as contact_reason,
        coalesce(csat_responses.channel, 'unknown') as channel,
        csat_responses.rating,
        -- Windows of a date never overlap; a date of which no shifts are known has none.
        max(
            case
                when covered_windows.utc_date is null then null
                when
                    {{ epoch_seconds('contacts.created_at') }} >= covered_windows.start_epoch
                    and {{ epoch_seconds('contacts.created_at') }} < covered_windows.end_epoch
                    then 1
                else 0
            end
        ) as covered_rank,
        {{ week_of(reporting_date('csat_responses.responded_at')) }} as responded_week
    from csat_responses
    left outer join contacts on csat_responses.ticket_key = contacts.ticket_key
    left outer join covered_windows on cast(contacts.created_at as date) = covered_windows.utc_date
    group by
        csat_responses.response_key, csat_responses.agent_key, csat_responses.contact_reason, csat_responses.channel,
        csat_responses.rating, csat_responses.responded_at
),

counted as (
    select
        agent_key,
        contact_reason,
        channel,
        case covered_rank when 1 then 'covered' when 0 then 'uncovered' else 'unknown' end as coverage,
        responded_week,
        sum(case when rating = 'positive' then 1 else 0 end) as positive_count,
        count(*) as response_count
    from described
    group by agent_key, contact_reason, channel, covered_rank, responded_week
)

select
    counted.agent_key,
    counted.contact_reason,
    counted.channel,
    counted.coverage,
    sum(counted.positive_count) as positive_count,
    sum(counted.response_count) as response_count,
    window_weeks.window_week
from counted
inner join window_weeks
    on
        counted.responded_week <= window_weeks.window_week
        and window_weeks.window_week < {{ add_days('counted.responded_week', 26 * 7) }}
group by counted.agent_key, counted.contact_reason, counted.channel, counted.coverage, window_weeks.window_week
