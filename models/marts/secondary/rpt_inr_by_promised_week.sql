with order_claims as (
    select * from {{ ref('int_order_inr_claims') }}
),

inr_delays as (
    select * from {{ ref('int_inr_delays') }}
),

horizons as (
    select
        complete_through_at,
        first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name = 'orders'
),

claim_kinds as (
    select
        coalesce(max(case when not is_proxy then 1 else 0 end), 0) = 1 as has_claims,
        coalesce(max(case when is_proxy then 1 else 0 end), 0) = 1 as has_proxies
    from {{ ref('fct_inr_claims') }}
),

-- Only orders whose promised time has come are due.
due as (
    select order_claims.*
    from order_claims
    cross join horizons
    where order_claims.due_at <= horizons.complete_through_at
),

counted as (
    select
        market,
        {{ week_of('promised_date') }} as promised_week,
        count(*) as due_order_count,
        sum(case when has_claim then 1 else 0 end) as inr_order_count,
        sum(case when has_upheld_claim then 1 else 0 end) as inr_upheld_order_count,
        sum(case when has_refunded_claim then 1 else 0 end) as inr_refunded_order_count,
        sum(case when has_proxy_claim then 1 else 0 end) as inr_proxy_order_count,
        max(due_at) as last_due_at
    from due
    group by market, {{ week_of('promised_date') }}
),

aged as (
    select
        counted.*,
        horizons.first_incomplete_date,
        cast(floor(
            ({{ epoch_seconds('horizons.complete_through_at') }} - {{ epoch_seconds('counted.last_due_at') }}) / 86400e0
        ) as bigint) as youngest_age_days
    from counted
    cross join horizons
),

matured as (
    select
        aged.market,
        aged.promised_week,
        max(inr_delays.closed_claim_count) as closed_claim_count,
        max(case when inr_delays.delay_days < aged.youngest_age_days then inr_delays.claimed_share_ratio end)
            as maturity_ratio
    from aged
    cross join inr_delays
    group by aged.market, aged.promised_week
)

select
    aged.market,
    cast(aged.due_order_count as bigint) as due_order_count,
    cast(case when claim_kinds.has_claims then aged.inr_order_count end as bigint) as inr_order_count,
    case when claim_kinds.has_claims then {{ ratio('aged.inr_order_count', 'aged.due_order_count') }} end as inr_ratio,
    case
        when claim_kinds.has_claims then {{ wilson_bound('aged.inr_order_count', 'aged.due_order_count', 'low') }}
    end as inr_low_ratio,
    case
        when claim_kinds.has_claims then {{ wilson_bound('aged.inr_order_count', 'aged.due_order_count', 'high') }}
    end as inr_high_ratio,
    cast(case when claim_kinds.has_claims then aged.inr_upheld_order_count end as bigint) as inr_upheld_order_count,
    cast(case when claim_kinds.has_claims then aged.inr_refunded_order_count end as bigint) as inr_refunded_order_count,
    cast(case when claim_kinds.has_proxies then aged.inr_proxy_order_count end as bigint) as inr_proxy_order_count,
    case when claim_kinds.has_proxies then {{ ratio('aged.inr_proxy_order_count', 'aged.due_order_count') }} end
        as inr_proxy_ratio,
    aged.youngest_age_days,
    case when matured.closed_claim_count >= 30 then coalesce(matured.maturity_ratio, 0e0) end as maturity_ratio,
    coalesce(
        matured.closed_claim_count >= 30
        and matured.maturity_ratio >= 0.95e0
        and {{ add_days('aged.promised_week', 7) }} <= aged.first_incomplete_date,
        false
    ) as is_mature,
    aged.promised_week
from aged
left outer join matured on aged.market = matured.market and aged.promised_week = matured.promised_week
cross join claim_kinds
