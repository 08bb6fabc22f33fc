-- A claim made before the promised day is over asks where the order is; it does not yet say that it did not arrive. A dispute that
-- two systems tell (an order's, of the same origin and instant) is one: whoever knows more of its end tells it.
with inr_claims as (
    select * from {{ ref('stg_contract__inr_claims') }}
),

orders as (
    select * from {{ ref('int_orders_shipped') }}
),

dated as (
    select
        inr_claims.*,
        orders.order_key is null as is_order_unknown,
        orders.exclusion_reason as order_exclusion_reason,
        orders.promised_date,
        coalesce(orders.market, 'unknown') as market,
        case
            when inr_claims.order_key is not null and inr_claims.opened_at is not null
                then first_value(inr_claims.source_name) over (
                    partition by inr_claims.order_key, inr_claims.origin, inr_claims.is_proxy, inr_claims.opened_at
                    order by
                        inr_claims.outcome is null asc, inr_claims.refunded_at asc nulls last,
                        inr_claims.resolved_at asc nulls last, inr_claims.claim_key asc nulls last
                )
        end as telling_source_name,
        orders.due_at
    from inr_claims
    left outer join orders on inr_claims.order_key = orders.order_key
),

classified as (
    select
        *,
        case
            when order_exclusion_reason is not null then 'its order is excluded: ' || order_exclusion_reason
            when telling_source_name <> source_name then 'told by another source as well'
            when opened_at < due_at and not is_proxy then 'opened before the promised time'
        end as exclusion_reason
    from dated
)

select
    claim_key,
    order_key,
    source_name,
    market,
    origin,
    outcome,
    exclusion_reason,
    row_number() over (
        partition by order_key, is_proxy, exclusion_reason is null
        order by opened_at asc nulls last, claim_key asc nulls last
    ) as order_claim_number,
    is_proxy,
    is_order_unknown,
    promised_date,
    due_at,
    opened_at,
    resolved_at,
    refunded_at
from classified
