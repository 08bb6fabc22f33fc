-- Each contact reason and market with its contacts and orders of a week and of the week before. Whatever reason or market either week
-- knows stands in it, with 0 where there was none, so that shares of orders add up to one.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

orders_by_day as (
    select * from {{ ref('int_orders_by_day') }}
),

contacts_by_week as (
    select
        contact_reason,
        market,
        {{ week_of(reporting_date('created_at')) }} as intensity_week,
        count(*) as contact_count
    from contacts
    group by contact_reason, market, {{ week_of(reporting_date('created_at')) }}
),

orders_by_week as (
    select
        market,
        {{ week_of('ordered_date') }} as intensity_week,
        sum(order_count) as order_count
    from orders_by_day
    group by market, {{ week_of('ordered_date') }}
),

reasons as (
    {%- for offset in [0, 7] %}
        select
            contact_reason,
            {{ add_days('intensity_week', offset) }} as intensity_week
        from contacts_by_week
        {{ 'union' if not loop.last }}
    {%- endfor %}
),

markets as (
    {%- for relation, offset in [('contacts', 0), ('contacts', 7), ('orders', 0), ('orders', 7)] %}
        select
            market,
            {{ add_days('intensity_week', offset) }} as intensity_week
        from {{ relation }}_by_week
        {{ 'union' if not loop.last }}
    {%- endfor %}
),

-- The week in which the later of contacts and orders begins to be delivered is hardly a whole one.
first_weeks as (
    select greatest((select min(intensity_week) from contacts_by_week), (select min(intensity_week) from orders_by_week))
        as first_week
),

compared as (
    select
        reasons.contact_reason,
        markets.market,
        coalesce(contacts_by_week.contact_count, 0) as contact_count,
        coalesce(previous_contacts.contact_count, 0) as previous_contact_count,
        coalesce(orders_by_week.order_count, 0) as order_count,
        coalesce(previous_orders.order_count, 0) as previous_order_count,
        first_weeks.first_week,
        reasons.intensity_week
    from reasons
    inner join markets on reasons.intensity_week = markets.intensity_week
    cross join first_weeks
    left outer join contacts_by_week
        on
            reasons.contact_reason = contacts_by_week.contact_reason
            and markets.market = contacts_by_week.market
            and reasons.intensity_week = contacts_by_week.intensity_week
    left outer join contacts_by_week as previous_contacts
        on
            reasons.contact_reason = previous_contacts.contact_reason
            and markets.market = previous_contacts.market
            and {{ add_days('reasons.intensity_week', -7) }} = previous_contacts.intensity_week
    left outer join orders_by_week
        on markets.market = orders_by_week.market and reasons.intensity_week = orders_by_week.intensity_week
    left outer join orders_by_week as previous_orders
        on
            markets.market = previous_orders.market
            and {{ add_days('reasons.intensity_week', -7) }} = previous_orders.intensity_week
)

select
    contact_reason,
    market,
    contact_count,
    previous_contact_count,
    order_count,
    previous_order_count,
    sum(contact_count) over (partition by intensity_week, contact_reason) as reason_contact_count,
    sum(previous_contact_count) over (partition by intensity_week, contact_reason) as previous_reason_contact_count,
    sum(order_count) over (partition by intensity_week, contact_reason) as all_order_count,
    sum(previous_order_count) over (partition by intensity_week, contact_reason) as previous_all_order_count,
    first_week,
    intensity_week
from compared
