-- One person may be a requester in the helpdesk, a respondent in a survey tool and a buyer in the shop. Identities are keyed
-- hashes, so that an e-mail address used as an id in one system equals the address that another system knows of its customer.
with customers as (
    select * from {{ ref('stg_contract__customers') }}
),

keys_named as (
    select customer_key from customers
    union
    select customer_key from {{ ref('stg_contract__tickets') }}
    union
    select customer_key from {{ ref('stg_contract__orders') }}
    union
    select customer_key from {{ ref('stg_contract__nps_responses') }}
    union
    select customer_key from {{ ref('stg_contract__csat_responses') }}
    union
    select customer_key from {{ ref('stg_contract__ces_responses') }}
    union
    select customer_key from {{ ref('stg_contract__survey_invitations') }}
),

addresses as (
    select
        email,
        min(person_id) as person_id
    from customers
    where email is not null
    group by email
),

identified as (
    select
        keys_named.customer_key,
        customers.person_id,
        coalesce(customers.email, split_part(keys_named.customer_key, ':', 2)) as possible_email
    from keys_named
    left outer join customers on keys_named.customer_key = customers.customer_key
    where keys_named.customer_key is not null
)

select
    identified.customer_key,
    case
        when coalesce(identified.person_id, addresses.person_id) is not null
            then 'person:' || coalesce(identified.person_id, addresses.person_id)
        when addresses.email is not null then 'email:' || addresses.email
        else identified.customer_key
    end as person_key
from identified
left outer join addresses on identified.possible_email = addresses.email
