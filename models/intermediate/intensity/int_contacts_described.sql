-- Each contact by what it says of itself and by what is known of its order: `no order` where it names none, `unknown` where it
-- names one that no source delivers.
with contacts as (
    select * from {{ ref('int_contacts') }}
),

orders as (
    select * from {{ ref('int_orders_described') }}
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

people as (
    select * from {{ ref('int_people_described') }}
),

customer_ages as (
    select * from {{ ref('customer_ages') }}
),

aged as (
    select
        contacts.*,
        customers_linked.person_key,
        case when contacts.order_key is null then 'no order' else 'unknown' end as without_order,
        {{ days_between('people.signed_up_at', 'contacts.created_at') }} as customer_age_days
    from contacts
    left outer join customers_linked on contacts.customer_key = customers_linked.customer_key
    left outer join people on customers_linked.person_key = people.person_key
)

select
    aged.ticket_key,
    aged.order_key,
    aged.person_key,
    aged.market,
    aged.contact_reason,
    coalesce(aged.channel, 'unknown') as channel,
    coalesce(aged.requester_role, 'unknown') as requester_role,
    coalesce(aged.app_version, 'unknown') as app_version,
    coalesce(aged.language, 'unknown') as language,
    coalesce(aged.customer_tier, 'unknown') as customer_tier,
    coalesce(customer_ages.customer_age, 'unknown') as customer_age,
    -- A buyer's contact may name the seller without the order; a seller's own question is about no order.
    coalesce(
        orders.seller_key, case when aged.requester_role is distinct from 'seller' then aged.seller_key end, aged.without_order
    ) as order_seller_key,
    coalesce(orders.carrier, aged.without_order) as order_carrier,
    coalesce(orders.tracking, aged.without_order) as order_tracking,
    coalesce(orders.ships_from_country, aged.without_order) as order_ships_from_country,
    coalesce(orders.app_version, aged.without_order) as order_app_version,
    coalesce(orders.customer_tier, aged.without_order) as order_customer_tier,
    coalesce(orders.language, aged.without_order) as order_language,
    coalesce(orders.customer_age, aged.without_order) as order_customer_age,
    {{ reporting_date('aged.created_at') }} as created_date
from aged
left outer join orders on aged.order_key = orders.order_key
left outer join customer_ages on {{ is_of_age('aged.customer_age_days') }}
