-- Teammates of today and of before, and the AI agent. Who left is no longer listed: the day is the one it was noticed on.
with writers as (
    select
        author_staff_id as id,
        bool_or(author_type = 'bot') as is_bot
    from conversation_parts
    where author_staff_id is not null
    group by author_staff_id
)

select
    admins.id as agent_id,
    admins.name as agent_name,
    cast(null as varchar) as employment,
    departed_admins.noticed_date as left_date,
    admins._row_id,
    admins._seen_at,
    1 as _source_row_count
from admins
left outer join departed_admins on admins.id = departed_admins.id
union all
select
    writers.id as agent_id,
    cast(null as varchar) as agent_name,
    case when writers.is_bot then 'bot' end as employment,
    cast(null as varchar) as left_date,
    cast(null as varchar) as _row_id,
    cast(null as timestamp) as _seen_at,
    0 as _source_row_count
from writers
left outer join admins on writers.id = admins.id
where admins.id is null
