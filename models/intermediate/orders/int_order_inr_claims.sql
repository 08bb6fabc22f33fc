-- A claim, a ticket and a chargeback about one order are one INR. Orders without a promise cannot be judged.
with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null and promised_date is not null and cancelled_at is null
),

inr_claims as (
    select * from {{ ref('int_inr_claims_classified') }}
    where exclusion_reason is null
),

claimed as (
    select
        order_key,
        min(case when not is_proxy then opened_at end) as first_opened_at,
        max(case when not is_proxy then 1 else 0 end) = 1 as has_claim,
        max(case when is_proxy then 1 else 0 end) = 1 as has_proxy_claim,
        max(case when not is_proxy and outcome = 'upheld' then 1 else 0 end) = 1 as has_upheld_claim,
        max(case when not is_proxy and refunded_at is not null then 1 else 0 end) = 1 as has_refunded_claim
    from inr_claims
    group by order_key
)

select
    orders.order_key,
    orders.source_name,
    orders.market,
    orders.carrier,
    orders.tracking,
    coalesce(claimed.has_claim, false) as has_claim,
    coalesce(claimed.has_proxy_claim, false) as has_proxy_claim,
    coalesce(claimed.has_upheld_claim, false) as has_upheld_claim,
    coalesce(claimed.has_refunded_claim, false) as has_refunded_claim,
    orders.promised_date,
    orders.due_at,
    claimed.first_opened_at,
    orders.complete_through_at
from orders
left outer join claimed on orders.order_key = claimed.order_key
