-- What only the contact knows: an order has no reason, no channel and nobody who asks. So the exposure is all orders of the month in
-- each row; it is never added up over the values of a dimension.
{% set dimensions = {
    'app version': 'app_version', 'channel': 'channel', 'contact reason': 'contact_reason', 'customer age': 'customer_age',
    'customer tier': 'customer_tier', 'language': 'language', 'requester': 'requester_role',
} %}

with contacts as (
    select
        *,
        {{ month_of('created_date') }} as intensity_month
    from {{ ref('int_contacts_described') }}
),

orders_by_day as (
    select * from {{ ref('int_orders_by_day') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

exposure as (
    select
        {{ month_of('ordered_date') }} as ordered_month,
        sum(order_count) as order_count
    from orders_by_day
    group by {{ month_of('ordered_date') }}
),

counted as (
    select
        intensity_month,
        case
            {%- for dimension, column in dimensions.items() %}
                when grouping({{ column }}) = 0 then '{{ dimension }}'
            {%- endfor %}
        end as dimension_name,
        case
            {%- for column in dimensions.values() %}
                when grouping({{ column }}) = 0 then {{ column }}
            {%- endfor %}
        end as dimension_value,
        count(*) as contact_count,
        count(order_key) as order_linked_contact_count
    from contacts
    group by grouping sets (
        {%- for column in dimensions.values() %}
            (intensity_month, {{ column }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
),

shared as (
    select
        *,
        sum(contact_count) over (partition by intensity_month, dimension_name) as month_contact_count
    from counted
)

select
    shared.dimension_name,
    shared.dimension_value,
    cast(shared.contact_count as bigint) as contact_count,
    cast(shared.order_linked_contact_count as bigint) as order_linked_contact_count,
    {{ ratio('shared.contact_count - shared.order_linked_contact_count', 'shared.contact_count') }}
        as unlinked_contact_ratio,
    cast(shared.month_contact_count as bigint) as month_contact_count,
    {{ ratio('shared.contact_count', 'shared.month_contact_count') }} as contact_share_ratio,
    {{ wilson_bound('shared.contact_count', 'shared.month_contact_count', 'low') }} as contact_share_low_ratio,
    {{ wilson_bound('shared.contact_count', 'shared.month_contact_count', 'high') }} as contact_share_high_ratio,
    cast(exposure.order_count as bigint) as month_order_count,
    100 * {{ ratio('shared.contact_count', 'exposure.order_count') }} as contact_intensity,
    100 * {{ ratio(poisson_bound('shared.contact_count', 'low'), 'exposure.order_count') }} as low_contact_intensity,
    100 * {{ ratio(poisson_bound('shared.contact_count', 'high'), 'exposure.order_count') }} as high_contact_intensity,
    {{ next_month('shared.intensity_month') }} <= horizons.first_incomplete_date as is_complete,
    shared.intensity_month
from shared
left outer join exposure on shared.intensity_month = exposure.ordered_month
cross join horizons
