-- A claim, a ticket and a chargeback about one order, of whatever system, are one INR. Orders without a promise cannot be judged.
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

line_sellers as (
    select
        order_key,
        case when min(seller_key) = max(seller_key) then min(seller_key) end as seller_key
    from {{ ref('int_order_items_classified') }}
    group by order_key
),

-- Claims of another source than the orders' may come later: nobody knows of those that are not delivered yet.
claim_sources as (
    select distinct source_name from inr_claims
    where not is_proxy
),

horizon as (
    select
        min(horizons.complete_through_at) as complete_through_at,
        count(*) > 0 as has_claim_source
    from {{ ref('int_source_horizons') }} as horizons
    inner join claim_sources on horizons.source_name = claim_sources.source_name
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
    coalesce(orders.seller_key, line_sellers.seller_key) as seller_key,
    orders.source_name,
    orders.market,
    {{ epoch_seconds('claimed.first_opened_at') }} - {{ epoch_seconds('orders.due_at') }} as delay_calendar_seconds,
    {{ epoch_seconds('least(orders.complete_through_at, horizon.complete_through_at)') }}
    - {{ epoch_seconds('orders.due_at') }} as watched_calendar_seconds,
    horizon.has_claim_source,
    coalesce(claimed.has_claim, false) as has_claim,
    coalesce(claimed.has_proxy_claim, false) as has_proxy_claim,
    coalesce(claimed.has_upheld_claim, false) as has_upheld_claim,
    coalesce(claimed.has_refunded_claim, false) as has_refunded_claim,
    orders.promised_date,
    orders.due_at,
    claimed.first_opened_at
from orders
cross join horizon
left outer join claimed on orders.order_key = claimed.order_key
left outer join line_sellers on orders.order_key = line_sellers.order_key
