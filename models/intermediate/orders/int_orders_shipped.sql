with orders as (
    select * from {{ ref('stg_contract__orders') }}
),

deliveries as (
    select * from {{ ref('stg_contract__deliveries') }}
),

horizons as (
    select * from {{ ref('int_source_horizons') }}
),

markets as (
    select * from {{ ref('markets') }}
),

-- An order of several parcels is shipped with the first, promised for the latest, and delivered with the last.
parcels as (
    select
        order_key,
        count(*) as delivery_count,
        count(delivered_at) as delivered_count,
        min(carrier) as carrier,
        min(ships_from_country) as ships_from_country,
        min(tracking) as tracking,
        max(promised_date) as promised_date,
        max(promised_at) as promised_at,
        min(shipped_at) as first_shipped_at,
        max(delivered_at) as last_delivered_at
    from deliveries
    group by order_key
)

select
    orders.order_key,
    orders.order_id,
    orders.customer_key,
    orders.seller_key,
    orders.source_name,
    coalesce(orders.market, 'unknown') as market,
    orders.status,
    orders.currency_code,
    orders.app_version,
    parcels.carrier,
    parcels.ships_from_country,
    parcels.tracking,
    case when orders.is_test is true then 'test' end as exclusion_reason,
    coalesce(parcels.delivery_count, 0) as delivery_count,
    orders.total_amount,
    coalesce(parcels.promised_date, {{ reporting_date('parcels.promised_at') }}) as promised_date,
    orders.ordered_at,
    orders.cancelled_at,
    parcels.promised_at,
    -- A promised day is over at midnight where the customer lives.
    coalesce(
        parcels.promised_at,
        {{ local_to_utc(
            'cast(' ~ add_days('parcels.promised_date', 1) ~ ' as timestamp)',
            "coalesce(markets.time_zone, '" ~ var('reporting_time_zone') ~ "')"
        ) }}
    ) as due_at,
    parcels.first_shipped_at as shipped_at,
    case when parcels.delivered_count = parcels.delivery_count then parcels.last_delivered_at end as delivered_at,
    horizons.complete_through_at
from orders
left outer join parcels on orders.order_key = parcels.order_key
left outer join horizons on orders.source_name = horizons.source_name
left outer join markets on orders.market = markets.market
