-- Contacts: users, and leads that have only left a word. The external id is the installation's own.
select
    customer_id,
    email,
    external_id as person_id,
    market,
    language_override as language,
    tier,
    coalesce(signed_up_at, created_at) as created_at,
    _row_id,
    _seen_at
from contacts
