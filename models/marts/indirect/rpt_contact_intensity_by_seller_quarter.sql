-- Which sellers cause more contacts than the same orders would have caused with the others: each order is expected to be asked about
-- as often as all orders of its market in the quarter (indirect standardisation).
with orders as (
    select
        *,
        case when cohort_contact_count > 0 then 1 else 0 end as is_contacted,
        {{ quarter_of('ordered_date') }} as ordered_quarter
    from {{ ref('int_orders_described') }}
    where cohort_contact_count is not null
),

sellers as (
    select * from {{ ref('dim_sellers') }}
),

minimum_counts as (
    select * from {{ ref('minimum_counts') }}
    where metric_name = 'seller_contact_intensity'
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

expected as (
    select
        *,
        avg(is_contacted * 1e0) over (partition by ordered_quarter, market) as expected_ratio
    from orders
),

counted as (
    select
        seller_key,
        ordered_quarter,
        count(*) as order_count,
        sum(cohort_contact_count) as cohort_contact_count,
        sum(is_contacted) as cohort_contacted_order_count,
        {{ exact_sum('expected_ratio') }} as expected_contacted_order_count
    from expected
    where seller_key <> 'unknown'
    group by seller_key, ordered_quarter
),

judged as (
    select
        counted.*,
        counted.order_count >= minimum_counts.minimum_count as is_shown,
        case
            when counted.order_count < minimum_counts.minimum_count
                then 'fewer than ' || cast(minimum_counts.minimum_count as varchar) || ' orders'
        end as suppression_reason,
        {{ wilson_bound('counted.cohort_contacted_order_count', 'counted.order_count', 'low') }} as low_ratio,
        {{ wilson_bound('counted.cohort_contacted_order_count', 'counted.order_count', 'high') }} as high_ratio
    from counted
    cross join minimum_counts
)

select
    judged.seller_key,
    sellers.seller_id,
    sellers.market,
    judged.suppression_reason,
    cast(judged.order_count as bigint) as order_count,
    {{ contact_cohort_days() }} as cohort_days,
    cast(judged.cohort_contact_count as bigint) as cohort_contact_count,
    case when judged.is_shown then 100 * {{ ratio('judged.cohort_contact_count', 'judged.order_count') }} end
        as cohort_contact_intensity,
    cast(judged.cohort_contacted_order_count as bigint) as cohort_contacted_order_count,
    case when judged.is_shown then {{ ratio('judged.cohort_contacted_order_count', 'judged.order_count') }} end
        as cohort_contacted_order_ratio,
    case when judged.is_shown then judged.low_ratio end as cohort_contacted_order_low_ratio,
    case when judged.is_shown then judged.high_ratio end as cohort_contacted_order_high_ratio,
    judged.expected_contacted_order_count,
    judged.cohort_contacted_order_count - judged.expected_contacted_order_count as excess_contacted_order_count,
    judged.is_shown and judged.low_ratio * judged.order_count > judged.expected_contacted_order_count
        as is_education_candidate,
    {{ next_month(add_days('judged.ordered_quarter', 62)) }} <= horizons.first_incomplete_date as is_complete,
    {{ add_days(next_month(add_days('judged.ordered_quarter', 62)), contact_cohort_days()) }}
    <= horizons.first_incomplete_date as is_mature,
    judged.ordered_quarter
from judged
left outer join sellers on judged.seller_key = sellers.seller_key
cross join horizons
