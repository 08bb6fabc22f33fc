-- Where paid time goes: shrinkage is what is paid and not on shift, occupancy what of the time on shift, other work apart, goes
-- into contacts. A very high occupancy makes customers wait and people leave; a very low one is cover that nobody needs, or hours
-- in which somebody has to be there.
with team_hours as (
    select * from {{ ref('int_team_hours_by_week') }}
)

select
    cast(agent_count as bigint) as agent_count,
    cast(workday_count as bigint) as workday_count,
    cast(paid_hours as double) as paid_hours,
    cast(on_shift_seconds as bigint) as on_shift_calendar_seconds,
    cast(contact_handle_seconds as double) as contact_handle_calendar_seconds,
    cast(other_handle_seconds as double) as other_handle_calendar_seconds,
    -- More on shift than paid is a plan of shifts that was not kept; nothing shrank.
    case
        when on_shift_seconds > 3600 * paid_hours then 0e0
        else 1e0 - {{ ratio('on_shift_seconds', '3600 * paid_hours') }}
    end as shrinkage_ratio,
    {{ ratio('other_handle_seconds', 'on_shift_seconds') }} as non_ticket_ratio,
    {{ ratio('contact_handle_seconds', 'on_shift_seconds - other_handle_seconds') }} as occupancy_ratio,
    is_complete,
    work_week
from team_hours
