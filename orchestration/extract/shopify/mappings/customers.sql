select
    id as customer_id,
    email,
    country_code as market,
    lower(split_part(locale, '-', 1)) as language,
    created_at,
    _row_id,
    _seen_at
from customers
