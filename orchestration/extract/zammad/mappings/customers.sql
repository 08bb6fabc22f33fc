-- Users who ask, under the id that tickets name them by.
select
    coalesce(customer_reference, id) as customer_id,
    email,
    person_id,
    market,
    language,
    tier,
    created_at,
    _row_id,
    _seen_at
from customers
