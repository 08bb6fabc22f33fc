-- What each market asks of the team: customers who were active, contacts they began, time that these took.
with active_customers as (
    select * from {{ ref('stg_contract__active_customers') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

handle_times as (
    select * from {{ ref('int_handle_times_classified') }}
    where exclusion_reason is null
),

horizons as (
    select first_incomplete_date from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

-- A day's row without a plan is of all plans together, and counts instead of theirs.
daily as (
    select
        coalesce(market, 'unknown') as market,
        coalesce(
            sum(case when plan is null then active_customer_count end), sum(active_customer_count)
        ) as active_customer_count,
        activity_date
    from active_customers
    group by coalesce(market, 'unknown'), activity_date
),

active as (
    select
        market,
        {{ week_of('activity_date') }} as demand_week,
        count(*) as active_day_count,
        sum(active_customer_count) as active_customer_day_count
    from daily
    group by market, {{ week_of('activity_date') }}
),

asked as (
    select
        market,
        {{ week_of(reporting_date('created_at')) }} as demand_week,
        count(*) as contact_count
    from contacts
    group by market, {{ week_of(reporting_date('created_at')) }}
),

handled as (
    select
        contacts.market,
        {{ week_of(reporting_date('handle_times.started_at')) }} as demand_week,
        sum(handle_times.handle_seconds) as handle_seconds
    from handle_times
    inner join contacts on handle_times.ticket_key = contacts.ticket_key
    group by contacts.market, {{ week_of(reporting_date('handle_times.started_at')) }}
),

bounds as (
    select
        least(min(asked.demand_week), (select min(active.demand_week) from active)) as first_week,
        max(horizons.first_incomplete_date) as last_date
    from asked
    cross join horizons
),

weeks as (
    select distinct {{ week_of('calendar_date') }} as demand_week
    from (
        select {{ each_date('first_week', 'last_date') }} as calendar_date
        from bounds
    ) as dates
),

markets as (
    select market from asked
    union
    select market from active
)

select
    markets.market,
    -- A week of which a day is missing is not known.
    case when active.active_day_count = 7 then cast(active.active_customer_day_count as bigint) end
        as active_customer_day_count,
    coalesce(asked.contact_count, 0) as contact_count,
    coalesce(handled.handle_seconds, 0e0) as handle_seconds,
    {{ add_days('weeks.demand_week', 6) }} < horizons.first_incomplete_date as is_complete,
    weeks.demand_week
from weeks
cross join markets
cross join horizons
left outer join active on markets.market = active.market and weeks.demand_week = active.demand_week
left outer join asked on markets.market = asked.market and weeks.demand_week = asked.demand_week
left outer join handled on markets.market = handled.market and weeks.demand_week = handled.demand_week
