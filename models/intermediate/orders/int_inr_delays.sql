-- How long it takes from the promised time to the first claim.
with orders as (
    select * from {{ ref('int_order_inr_claims') }}
)

{{ delay_shares('orders', [], 'delay_calendar_seconds', 'watched_calendar_seconds') }}
