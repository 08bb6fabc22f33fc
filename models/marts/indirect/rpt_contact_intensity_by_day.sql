-- Cancelled orders count: they were placed, and they are asked about.
with tickets as (
    select * from {{ ref('fct_tickets') }}
),

orders_by_day as (
    select * from {{ ref('int_orders_by_day') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

horizons as (
    select
        min(first_incomplete_date) as first_incomplete_date,
        max(case when entity_name = 'tickets' then 1 else 0 end) = 1 as has_tickets
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

contacts_by_day as (
    select
        market,
        created_date,
        count(*) as contact_count,
        count(order_key) as order_linked_contact_count
    from tickets
    group by market, created_date
)

select
    coalesce(contacts_by_day.market, orders_by_day.market) as market,
    cast(case when horizons.has_tickets then coalesce(contacts_by_day.contact_count, 0) end as bigint) as contact_count,
    cast(case when horizons.has_tickets then coalesce(contacts_by_day.order_linked_contact_count, 0) end as bigint)
        as order_linked_contact_count,
    cast(coalesce(orders_by_day.order_count, 0) as bigint) as order_count,
    case
        when horizons.has_tickets
            then 100 * {{ ratio('coalesce(contacts_by_day.contact_count, 0)', 'orders_by_day.order_count') }}
    end as contact_intensity,
    dates.calendar_date < horizons.first_incomplete_date as is_complete,
    dates.calendar_date as intensity_date,
    dates.calendar_week as intensity_week
from contacts_by_day
full outer join orders_by_day
    on
        contacts_by_day.market = orders_by_day.market
        and contacts_by_day.created_date = orders_by_day.ordered_date
inner join dates on coalesce(contacts_by_day.created_date, orders_by_day.ordered_date) = dates.calendar_date
cross join horizons
