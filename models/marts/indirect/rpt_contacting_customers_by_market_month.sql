-- How many of the active customers had to ask, where customers and no orders are the measure. Distinct people are counted anew for
-- each market, day and month; a rate of a month is the sum of its days' people over the sum of its days' active customers.
with contacts as (
    select * from {{ ref('int_contacts_described') }}
    -- A seller is no customer of the product.
    where requester_role not in ('seller', 'other')
),

active_customers as (
    select * from {{ ref('fct_active_customers') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

asked as (
    select
        case when grouping(market) = 0 then market else 'all' end as market,
        created_date,
        count(distinct person_key) as contacting_customer_count
    from contacts
    group by grouping sets ((created_date), (created_date, market))
),

active as (
    select
        market,
        activity_date,
        sum(active_customer_count) as active_customer_count
    from active_customers
    where is_part_of_market
    group by market, activity_date
    union all
    select
        'all' as market,
        activity_date,
        sum(active_customer_count) as active_customer_count
    from active_customers
    where is_part_of_total
    group by activity_date
),

-- Only days whose active customers are known.
rated as (
    select
        active.market,
        {{ month_of('active.activity_date') }} as contacted_month,
        count(*) as active_day_count,
        sum(active.active_customer_count) as active_customer_days_count,
        sum(coalesce(asked.contacting_customer_count, 0)) as contacting_customer_days_count,
        max(active.activity_date) as last_active_date
    from active
    left outer join asked on active.market = asked.market and active.activity_date = asked.created_date
    group by active.market, {{ month_of('active.activity_date') }}
),

counted as (
    select
        case when grouping(market) = 0 then market else 'all' end as market,
        {{ month_of('created_date') }} as contacted_month,
        count(distinct person_key) as contacting_customer_count,
        count(*) as contact_count,
        count(*) - count(person_key) as nameless_contact_count
    from contacts
    group by grouping sets (({{ month_of('created_date') }}), ({{ month_of('created_date') }}, market))
),

entities as (
    select count(*) as active_row_count from active_customers
)

select
    coalesce(counted.market, rated.market) as market,
    case
        when rated.active_customer_days_count > 0 then cast(null as varchar)
        when entities.active_row_count = 0 then 'no source delivers active_customers'
        when rated.market is null then 'no active customers are known of this market and month'
        else 'nobody was active'
    end as missing_reason,
    cast(coalesce(counted.contact_count, 0) as bigint) as customer_contact_count,
    cast(coalesce(counted.nameless_contact_count, 0) as bigint) as nameless_contact_count,
    cast(coalesce(counted.contacting_customer_count, 0) as bigint) as contacting_customer_count,
    cast(rated.contacting_customer_days_count as bigint) as contacting_customer_days_count,
    cast(rated.active_customer_days_count as bigint) as active_customer_days_count,
    cast(rated.active_day_count as bigint) as active_day_count,
    100 * {{ ratio('rated.contacting_customer_days_count', 'rated.active_customer_days_count') }}
        as contacting_customers_per_hundred_active_customers,
    100 * {{ ratio(poisson_bound('rated.contacting_customer_days_count', 'low'), 'rated.active_customer_days_count') }}
        as low_contacting_customers_per_hundred_active_customers,
    100 * {{ ratio(poisson_bound('rated.contacting_customer_days_count', 'high'), 'rated.active_customer_days_count') }}
        as high_contacting_customers_per_hundred_active_customers,
    coalesce(
        {{ next_month('coalesce(counted.contacted_month, rated.contacted_month)') }} <= horizons.first_incomplete_date
        and {{ add_days(next_month('rated.contacted_month'), -1) }} <= rated.last_active_date,
        false
    ) as is_complete,
    coalesce(counted.contacted_month, rated.contacted_month) as contacted_month
from counted
full outer join rated on counted.market = rated.market and counted.contacted_month = rated.contacted_month
cross join horizons
cross join entities
