-- Each order that is due with the share F of its claim that its age lets us expect to have seen.
with order_claims as (
    select * from {{ ref('int_order_inr_claims') }}
    where watched_calendar_seconds >= 0
),

delays as (
    select * from {{ ref('int_inr_delays') }}
)

select
    order_claims.order_key,
    order_claims.seller_key,
    order_claims.market,
    order_claims.delay_calendar_seconds,
    order_claims.watched_calendar_seconds,
    {{ expected_share('delays', 'order_claims.watched_calendar_seconds') }} as expected_share_ratio,
    ({{ expected_share('delays', 'order_claims.watched_calendar_seconds') }}) * delays.share_error_ratio
        as expected_share_error_ratio,
    -- By its last whole day: what a cohort's maturity is judged by.
    delays.share_before_ratio as maturity_ratio,
    order_claims.has_claim,
    order_claims.has_proxy_claim,
    order_claims.has_upheld_claim,
    order_claims.has_refunded_claim,
    order_claims.promised_date,
    order_claims.due_at
from order_claims
left outer join delays
    on {{ delay_day_of('order_claims.watched_calendar_seconds') }} = delays.delay_days
