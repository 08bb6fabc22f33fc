-- End users, by hashes alone.
select
    reference as customer_id,
    email,
    person_id,
    lower(left(locale, 2)) as language,
    created_at,
    case when role <> 'end-user' then 'an agent' end as _drop_reason,
    _row_id,
    _seen_at
from users
