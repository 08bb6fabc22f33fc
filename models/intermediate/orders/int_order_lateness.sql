-- Orders whose promised day is over, and whether the parcel came too late: by the day where the customer lives, and where a
-- moment was promised by the moment. Both are certain as soon as the promise is over, whenever the parcel comes.
with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null and promised_date is not null and cancelled_at is null
),

markets as (
    select * from {{ ref('markets') }}
),

dated as (
    select
        orders.*,
        coalesce(markets.time_zone, '{{ var('reporting_time_zone') }}') as time_zone
    from orders
    left outer join markets on orders.market = markets.market
),

ended as (
    select
        *,
        {{ local_to_utc('cast(' ~ add_days('promised_date', 1) ~ ' as timestamp)', 'time_zone') }} as promise_ends_at
    from dated
)

select
    order_key,
    market,
    carrier,
    ships_from_country,
    tracking,
    delivered_at is not null as is_delivered,
    delivered_at is null or cast({{ utc_to_local('delivered_at', 'time_zone') }} as date) > promised_date
        as is_late_by_date,
    promised_at is not null as has_promised_moment,
    case when promised_at is not null then delivered_at is null or delivered_at > promised_at end as is_late_by_timestamp,
    -- Within a month after the promise a parcel may still turn up; later it is as good as lost.
    {{ add_days('promised_date', 31) }} <= {{ reporting_date('complete_through_at') }} as is_month_over,
    case
        when {{ add_days('promised_date', 31) }} <= {{ reporting_date('complete_through_at') }}
            then
                delivered_at is null
                or cast({{ utc_to_local('delivered_at', 'time_zone') }} as date) > {{ add_days('promised_date', 30) }}
    end as is_never_delivered,
    promised_date,
    {{ month_of('promised_date') }} as promised_month
from ended
where promise_ends_at <= complete_through_at
