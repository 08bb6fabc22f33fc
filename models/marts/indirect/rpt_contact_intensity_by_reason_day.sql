-- The exposure is all of the day's orders, whatever the reason: it is never summed over reasons.
with tickets as (
    select * from {{ ref('fct_tickets') }}
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

orders_by_day as (
    select * from {{ ref('int_orders_by_day') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

exposure as (
    select
        ordered_date,
        sum(order_count) as order_count
    from orders_by_day
    group by ordered_date
),

contacts as (
    select
        contact_reason,
        created_date,
        count(*) as contact_count
    from tickets
    group by contact_reason, created_date
)

select
    contacts.contact_reason,
    contact_reasons.reason_label,
    contact_reasons.owner,
    cast(contacts.contact_count as bigint) as contact_count,
    cast(coalesce(exposure.order_count, 0) as bigint) as order_count,
    100 * {{ ratio('contacts.contact_count', 'exposure.order_count') }} as contact_intensity,
    dates.calendar_date < horizons.first_incomplete_date as is_complete,
    dates.calendar_date as intensity_date,
    dates.calendar_week as intensity_week
from contacts
inner join dates on contacts.created_date = dates.calendar_date
left outer join exposure on contacts.created_date = exposure.ordered_date
left outer join contact_reasons on contacts.contact_reason = contact_reasons.contact_reason
cross join horizons
