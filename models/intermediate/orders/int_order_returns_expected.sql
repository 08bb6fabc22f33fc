-- Each shipped order with the share F of its return that its age lets us expect to have seen.
with order_returns as (
    select * from {{ ref('int_order_returns') }}
),

delays as (
    select * from {{ ref('int_return_delays') }}
)

select
    order_returns.order_key,
    order_returns.seller_key,
    order_returns.market,
    order_returns.unit_count,
    order_returns.returned_unit_count,
    order_returns.delay_calendar_seconds,
    order_returns.watched_calendar_seconds,
    {{ expected_share('delays', 'order_returns.watched_calendar_seconds') }} as expected_share_ratio,
    ({{ expected_share('delays', 'order_returns.watched_calendar_seconds') }}) * delays.share_error_ratio
        as expected_share_error_ratio,
    -- By its last whole day: what a cohort's maturity is judged by.
    delays.share_before_ratio as maturity_ratio,
    order_returns.has_requested_return,
    order_returns.has_received_return,
    order_returns.has_refunded_return,
    order_returns.shipped_date,
    order_returns.shipped_at
from order_returns
left outer join delays
    on {{ delay_day_of('order_returns.watched_calendar_seconds') }} = delays.delay_days
