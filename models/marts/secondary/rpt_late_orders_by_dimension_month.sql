{% set dimensions = {
    'carrier': 'carrier', 'market': 'market', 'ships from': 'ships_from_country', 'tracking': 'tracking',
} %}

with orders as (
    select
        {%- for column in dimensions.values() %}
            coalesce({{ column }}, 'unknown') as {{ column }},
        {%- endfor %}
        is_delivered,
        is_late_by_date,
        has_promised_moment,
        is_late_by_timestamp,
        is_month_over,
        is_never_delivered,
        promised_month
    from {{ ref('int_order_lateness') }}
),

horizons as (
    select first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'orders'
),

counted as (
    select
        promised_month,
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
        count(*) as promise_ended_order_count,
        sum(case when is_late_by_date then 1 else 0 end) as late_by_date_order_count,
        sum(case when has_promised_moment then 1 else 0 end) as promised_moment_order_count,
        sum(case when is_late_by_timestamp then 1 else 0 end) as late_by_timestamp_order_count,
        sum(case when not is_delivered then 1 else 0 end) as undelivered_order_count,
        sum(case when is_month_over then 1 else 0 end) as month_over_order_count,
        sum(case when is_never_delivered then 1 else 0 end) as never_delivered_order_count
    from orders
    group by grouping sets (
        (promised_month),
        {%- for column in dimensions.values() %}
            (promised_month, {{ column }}){{ ',' if not loop.last }}
        {%- endfor %}
    )
)

select
    counted.dimension_name,
    counted.dimension_value,
    {%- for part, whole in [
        ('late_by_date', 'promise_ended'), ('late_by_timestamp', 'promised_moment'), ('never_delivered', 'month_over'),
    ] %}
        cast(counted.{{ whole }}_order_count as bigint) as {{ whole }}_order_count,
        cast(case when counted.{{ whole }}_order_count > 0 then counted.{{ part }}_order_count end as bigint) as {{ part }}_order_count,
        {{ ratio('counted.' ~ part ~ '_order_count', 'counted.' ~ whole ~ '_order_count') }} as {{ part }}_ratio,
        {%- for side in ['low', 'high'] %}
            {{ wilson_bound('counted.' ~ part ~ '_order_count', 'counted.' ~ whole ~ '_order_count', side) }}
                as {{ part }}_{{ side }}_ratio,
        {%- endfor %}
    {%- endfor %}
    cast(counted.undelivered_order_count as bigint) as undelivered_order_count,
    {{ next_month('counted.promised_month') }} < horizons.first_incomplete_date as is_complete,
    counted.promised_month
from counted
cross join horizons
