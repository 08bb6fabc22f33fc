-- How long it takes from shipping to the first return asked for.
with orders as (
    select * from {{ ref('int_order_returns') }}
)

{{ delay_shares('orders', [], 'delay_calendar_seconds', 'watched_calendar_seconds') }}
