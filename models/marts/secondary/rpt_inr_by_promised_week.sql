-- Only orders whose promised time has come are due.
with orders as (
    select
        *,
        {{ week_of('promised_date') }} as promised_week
    from {{ ref('int_order_inr_claims_expected') }}
),

horizons as (
    select first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'orders'
),

claim_kinds as (
    select
        coalesce(max(case when not is_proxy then 1 else 0 end), 0) = 1 as has_claims,
        coalesce(max(case when is_proxy then 1 else 0 end), 0) = 1 as has_proxies
    from {{ ref('fct_inr_claims') }}
),

counted as (
    select
        market,
        promised_week,
        {{ completed_sums('orders', 'has_claim') }},
        sum(case when has_upheld_claim then 1 else 0 end) as upheld_count,
        sum(case when has_refunded_claim then 1 else 0 end) as refunded_count,
        sum(case when has_proxy_claim then 1 else 0 end) as proxy_count,
        min(watched_calendar_seconds) as youngest_calendar_seconds,
        min(maturity_ratio) as maturity_ratio
    from orders
    group by market, promised_week
),

-- Where no source delivers claims nothing is known of them: null, not 0.
known as (
    select
        counted.market,
        counted.promised_week,
        counted.order_count,
        counted.expected_count,
        counted.expected_error_count,
        counted.youngest_calendar_seconds,
        counted.maturity_ratio,
        case when claim_kinds.has_claims then counted.case_count end as case_count,
        case when claim_kinds.has_claims then counted.upheld_count end as upheld_count,
        case when claim_kinds.has_claims then counted.refunded_count end as refunded_count,
        case when claim_kinds.has_proxies then counted.proxy_count end as proxy_count
    from counted
    cross join claim_kinds
)

select
    known.market,
    cast(known.order_count as bigint) as due_order_count,
    cast(known.case_count as bigint) as inr_order_count,
    {{ ratio('known.case_count', 'known.order_count') }} as inr_ratio,
    {{ wilson_bound('known.case_count', 'known.order_count', 'low') }} as inr_low_ratio,
    {{ wilson_bound('known.case_count', 'known.order_count', 'high') }} as inr_high_ratio,
    known.expected_count as matured_due_order_count,
    known.expected_error_count as matured_due_order_error_count,
    {{ completed_ratio('known.case_count', 'known.expected_count') }} as inr_completed_ratio,
    {%- for side in ['low', 'high'] %}
        {{ completed_bound('known.case_count', 'known.order_count', 'known.expected_count', 'known.expected_error_count', side) }}
            as inr_completed_{{ side }}_ratio,
    {%- endfor %}
    cast(known.upheld_count as bigint) as inr_upheld_order_count,
    cast(known.refunded_count as bigint) as inr_refunded_order_count,
    cast(known.proxy_count as bigint) as inr_proxy_order_count,
    {{ ratio('known.proxy_count', 'known.order_count') }} as inr_proxy_ratio,
    cast(floor(known.youngest_calendar_seconds / 86400e0) as bigint) as youngest_age_days,
    known.maturity_ratio,
    coalesce(
        known.maturity_ratio >= 0.95e0 and {{ add_days('known.promised_week', 7) }} <= horizons.first_incomplete_date, false
    ) as is_mature,
    known.promised_week
from known
cross join horizons
