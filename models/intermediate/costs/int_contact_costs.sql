-- What each contact took, by the day of the work: time, and its share of what the team costs. Work on a ticket that no source
-- delivers has nobody's reason; it was paid for nevertheless. Work without a date is in no period.
with handle_times as (
    select * from {{ ref('int_handle_times_costed') }}
    where ticket_key is not null and worked_date is not null
),

contacts as (
    select * from {{ ref('int_contacts') }}
)

select
    handle_times.ticket_key,
    coalesce(contacts.contact_reason, 'uncategorised') as contact_reason,
    sum(handle_times.handle_seconds) as handle_calendar_seconds,
    {{ exact_sum('handle_times.caused_cost_usd') }} as caused_cost_usd,
    handle_times.cost_caveat,
    handle_times.worked_date
from handle_times
left outer join contacts on handle_times.ticket_key = contacts.ticket_key
group by
    handle_times.ticket_key, coalesce(contacts.contact_reason, 'uncategorised'), handle_times.cost_caveat, handle_times.worked_date
