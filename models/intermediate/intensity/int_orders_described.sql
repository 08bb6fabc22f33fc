-- What is known of an order when contacts are counted by it, and the contacts about it within the age that a cohort is judged at.
-- A contact from before the order was placed (a payment that failed) is about it as well.
with orders as (
    select * from {{ ref('int_orders_shipped') }}
    where exclusion_reason is null
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

people as (
    select * from {{ ref('int_people_described') }}
),

contacts as (
    select * from {{ ref('int_contacts') }}
),

customer_ages as (
    select * from {{ ref('customer_ages') }}
),

-- Of orders from before the first contact nobody knows whether they were asked about.
first_contacts as (
    select {{ month_of(reporting_date('min(created_at)')) }} as first_contact_month from contacts
),

asked_about as (
    select
        orders.order_key,
        count(*) as cohort_contact_count
    from orders
    inner join contacts on orders.order_key = contacts.order_key
    where contacts.created_at < {{ add_seconds('orders.ordered_at', 86400 * contact_cohort_days()) }}
    group by orders.order_key
),

aged as (
    select
        orders.*,
        people.customer_tier,
        people.language,
        {{ days_between('people.signed_up_at', 'orders.ordered_at') }} as customer_age_days
    from orders
    left outer join customers_linked on orders.customer_key = customers_linked.customer_key
    left outer join people on customers_linked.person_key = people.person_key
)

select
    aged.order_key,
    aged.market,
    coalesce(aged.seller_key, 'unknown') as seller_key,
    coalesce(aged.carrier, 'unknown') as carrier,
    coalesce(aged.tracking, 'unknown') as tracking,
    coalesce(aged.ships_from_country, 'unknown') as ships_from_country,
    coalesce(aged.app_version, 'unknown') as app_version,
    coalesce(aged.customer_tier, 'unknown') as customer_tier,
    coalesce(aged.language, 'unknown') as language,
    coalesce(customer_ages.customer_age, 'unknown') as customer_age,
    case
        when {{ reporting_date('aged.ordered_at') }} >= first_contacts.first_contact_month
            then coalesce(asked_about.cohort_contact_count, 0)
    end as cohort_contact_count,
    {{ reporting_date('aged.ordered_at') }} as ordered_date
from aged
cross join first_contacts
left outer join asked_about on aged.order_key = asked_about.order_key
left outer join customer_ages on {{ is_of_age('aged.customer_age_days') }}
