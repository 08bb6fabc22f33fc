-- Contacts and orders by what both sides know: a contact takes the value of the order it names, or its own market or seller.
-- Two clocks stand side by side: contacts of the month per orders of the month, and, by cohort, contacts about the month's orders.
{% set dimensions = {
    'app version': 'app_version', 'carrier': 'carrier', 'customer age': 'customer_age', 'customer tier': 'customer_tier',
    'language': 'language', 'market': 'market', 'seller': 'seller_key', 'ships from': 'ships_from_country',
    'tracking': 'tracking',
} %}

with orders as (
    select * from {{ ref('int_orders_described') }}
    where cohort_contact_count is not null
),

contacts as (
    select * from {{ ref('int_contacts_described') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

events as (
    select
        {%- for column in dimensions.values() %}
            {{ column }},
        {%- endfor %}
        cast(null as varchar) as contacted_order_key,
        0 as contact_count,
        0 as order_linked_contact_count,
        1 as order_count,
        cohort_contact_count,
        case when cohort_contact_count > 0 then 1 else 0 end as cohort_contacted_order_count,
        {{ month_of('ordered_date') }} as intensity_month
    from orders
    union all
    select
        {%- for column in dimensions.values() %}
            {{ 'market' if column == 'market' else 'order_' ~ column ~ ' as ' ~ column }},
        {%- endfor %}
        order_key as contacted_order_key,
        1 as contact_count,
        case when order_key is not null then 1 else 0 end as order_linked_contact_count,
        0 as order_count,
        0 as cohort_contact_count,
        0 as cohort_contacted_order_count,
        {{ month_of('created_date') }} as intensity_month
    from contacts
),

counted as (
    select
        intensity_month,
        case
            {%- for dimension, column in dimensions.items() %}
                when grouping({{ column }}) = 0 then '{{ dimension }}'
            {%- endfor %}
            else 'all'
        end as dimension_name,
        case
            {%- for column in dimensions.values() %}
                when grouping({{ column }}) = 0 then {{ column }}
            {%- endfor %}
            else 'all'
        end as dimension_value,
        sum(contact_count) as contact_count,
        sum(order_linked_contact_count) as order_linked_contact_count,
        sum(order_count) as order_count,
        count(distinct contacted_order_key) as contacted_order_count,
        sum(cohort_contact_count) as cohort_contact_count,
        sum(cohort_contacted_order_count) as cohort_contacted_order_count
    from events
    group by grouping sets (
        {%- for column in dimensions.values() %}
            (intensity_month, {{ column }}),
        {%- endfor %}
        (intensity_month)
    )
),

-- What a dimension of orders can say nothing about: the contacts of the month that name no order.
told as (
    select
        *,
        sum(contact_count) over (partition by intensity_month, dimension_name) as month_contact_count,
        sum(contact_count - order_linked_contact_count) over (partition by intensity_month, dimension_name)
            as month_unlinked_contact_count
    from counted
)

select
    told.dimension_name,
    told.dimension_value,
    cast(told.contact_count as bigint) as contact_count,
    cast(told.order_linked_contact_count as bigint) as order_linked_contact_count,
    cast(told.month_contact_count as bigint) as month_contact_count,
    cast(told.month_unlinked_contact_count as bigint) as month_unlinked_contact_count,
    {{ ratio('told.month_unlinked_contact_count', 'told.month_contact_count') }} as month_unlinked_contact_ratio,
    cast(told.order_count as bigint) as order_count,
    100 * {{ ratio('told.contact_count', 'told.order_count') }} as contact_intensity,
    100 * {{ ratio(poisson_bound('told.contact_count', 'low'), 'told.order_count') }} as low_contact_intensity,
    100 * {{ ratio(poisson_bound('told.contact_count', 'high'), 'told.order_count') }} as high_contact_intensity,
    cast(told.contacted_order_count as bigint) as contacted_order_count,
    100 * {{ ratio('told.contacted_order_count', 'told.order_count') }} as contacted_orders_per_hundred_orders,
    100 * {{ ratio(poisson_bound('told.contacted_order_count', 'low'), 'told.order_count') }}
        as low_contacted_orders_per_hundred_orders,
    100 * {{ ratio(poisson_bound('told.contacted_order_count', 'high'), 'told.order_count') }}
        as high_contacted_orders_per_hundred_orders,
    {{ contact_cohort_days() }} as cohort_days,
    cast(told.cohort_contact_count as bigint) as cohort_contact_count,
    100 * {{ ratio('told.cohort_contact_count', 'told.order_count') }} as cohort_contact_intensity,
    100 * {{ ratio(poisson_bound('told.cohort_contact_count', 'low'), 'told.order_count') }}
        as low_cohort_contact_intensity,
    100 * {{ ratio(poisson_bound('told.cohort_contact_count', 'high'), 'told.order_count') }}
        as high_cohort_contact_intensity,
    cast(told.cohort_contacted_order_count as bigint) as cohort_contacted_order_count,
    {{ ratio('told.cohort_contacted_order_count', 'told.order_count') }} as cohort_contacted_order_ratio,
    {{ wilson_bound('told.cohort_contacted_order_count', 'told.order_count', 'low') }}
        as cohort_contacted_order_low_ratio,
    {{ wilson_bound('told.cohort_contacted_order_count', 'told.order_count', 'high') }}
        as cohort_contacted_order_high_ratio,
    {{ next_month('told.intensity_month') }} <= horizons.first_incomplete_date as is_complete,
    {{ add_days(next_month('told.intensity_month'), contact_cohort_days()) }} <= horizons.first_incomplete_date as is_mature,
    told.intensity_month
from told
cross join horizons
