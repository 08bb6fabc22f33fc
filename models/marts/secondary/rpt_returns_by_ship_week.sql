with orders as (
    select
        *,
        {{ week_of('shipped_date') }} as shipped_week
    from {{ ref('int_order_returns_expected') }}
    where exists (select 1 from {{ ref('fct_returns') }})
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('orders', 'returns')
),

counted as (
    select
        market,
        shipped_week,
        {{ completed_sums('orders', 'has_requested_return') }},
        sum(case when has_received_return then 1 else 0 end) as return_received_order_count,
        sum(case when has_refunded_return then 1 else 0 end) as return_refunded_order_count,
        {{ completed_unit_sums('unit_count', 'returned_unit_count') }},
        -- The youngest order of the cohort decides: its age is the age by which the whole cohort is judged.
        min(watched_calendar_seconds) as youngest_calendar_seconds,
        min(maturity_ratio) as maturity_ratio
    from orders
    group by market, shipped_week
)

select
    counted.market,
    cast(counted.order_count as bigint) as shipped_order_count,
    cast(counted.case_count as bigint) as return_requested_order_count,
    {{ ratio('counted.case_count', 'counted.order_count') }} as order_return_ratio,
    {{ wilson_bound('counted.case_count', 'counted.order_count', 'low') }} as order_return_low_ratio,
    {{ wilson_bound('counted.case_count', 'counted.order_count', 'high') }} as order_return_high_ratio,
    counted.expected_count as matured_shipped_order_count,
    counted.expected_error_count as matured_shipped_order_error_count,
    {{ completed_ratio('counted.case_count', 'counted.expected_count') }} as order_return_completed_ratio,
    {%- for side in ['low', 'high'] %}
        {{ completed_bound('counted.case_count', 'counted.order_count', 'counted.expected_count', 'counted.expected_error_count', side) }}
            as order_return_completed_{{ side }}_ratio,
    {%- endfor %}
    cast(counted.return_received_order_count as bigint) as return_received_order_count,
    cast(counted.return_refunded_order_count as bigint) as return_refunded_order_count,
    cast(counted.unit_count as bigint) as shipped_unit_count,
    cast(counted.unit_case_count as bigint) as return_requested_unit_count,
    {{ ratio('counted.unit_case_count', 'counted.unit_count') }} as unit_return_ratio,
    counted.expected_unit_count as matured_shipped_unit_count,
    counted.expected_unit_error_count as matured_shipped_unit_error_count,
    {{ completed_ratio('counted.unit_case_count', 'counted.expected_unit_count') }} as unit_return_completed_ratio,
    {%- for side in ['low', 'high'] %}
        {{ completed_unit_bound('counted', side) }} as unit_return_completed_{{ side }}_ratio,
    {%- endfor %}
    cast(greatest(floor(counted.youngest_calendar_seconds / 86400e0), 0) as bigint) as youngest_age_days,
    counted.maturity_ratio,
    coalesce(
        counted.maturity_ratio >= 0.95e0 and {{ add_days('counted.shipped_week', 7) }} <= horizons.first_incomplete_date,
        false
    ) as is_mature,
    counted.shipped_week
from counted
cross join horizons
