-- A claim, a ticket and a chargeback about one order are one INR, whichever systems they come from: all of them name the
-- order by the shop's key. Orders without a promise cannot be judged.
with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null and promised_date is not null and cancelled_at is null
),

inr_claims as (
    select * from {{ ref('int_inr_claims_classified') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

-- Where no source delivers the claims that were made by ticket, the tickets themselves are these claims.
ticket_claims as (
    select
        contacts.order_key,
        contacts.created_at as opened_at
    from contacts
    inner join orders on contacts.order_key = orders.order_key
    where
        contacts.contact_reason = 'item_not_received'
        and contacts.created_at >= orders.due_at
        and 'ticket' not in (select coalesce(inr_claims.origin, '') from inr_claims)
),

all_claims as (
    select
        order_key,
        outcome,
        is_proxy,
        opened_at,
        refunded_at
    from inr_claims
    where exclusion_reason is null
    union all
    select
        order_key,
        null as outcome,
        false as is_proxy,
        opened_at,
        null as refunded_at
    from ticket_claims
),

claimed as (
    select
        order_key,
        min(case when not is_proxy then opened_at end) as first_opened_at,
        max(case when not is_proxy then 1 else 0 end) = 1 as has_claim,
        max(case when is_proxy then 1 else 0 end) = 1 as has_proxy_claim,
        max(case when not is_proxy and outcome = 'upheld' then 1 else 0 end) = 1 as has_upheld_claim,
        max(case when not is_proxy and refunded_at is not null then 1 else 0 end) = 1 as has_refunded_claim
    from all_claims
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
