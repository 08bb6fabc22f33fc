-- The history of state, owner, group and priority. It begins with the first change: what a ticket was created with follows
-- from the value before that change, or from the value now where nothing changed.
with fields as (
    select
        named.field,
        named.attribute
    from (values ('status', 'state'), ('assignee', 'owner'), ('team', 'group'), ('priority', 'priority'))
        as named (field, attribute)
),

vocabulary as (
    select
        'status' as field,
        id as value_id,
        status as meaning
    from ticket_states
    union all
    select
        'team' as field,
        id as value_id,
        case when is_team = 'true' then name end as meaning
    from ticket_groups
    union all
    select
        'priority' as field,
        id as value_id,
        name as meaning
    from ticket_priorities
),

changes as (
    select
        ticket_histories.*,
        fields.field
    from ticket_histories
    left outer join fields on ticket_histories.type = 'updated' and ticket_histories.attribute = fields.attribute
),

first_changes as (
    select
        ticket_id,
        field,
        arg_min(id_from, try_cast(id as bigint)) as value_id
    from changes
    where field is not null
    group by ticket_id, field
),

created as (
    select
        tickets.id as ticket_id,
        tickets.created_by_agent_id as agent_id,
        tickets.created_at,
        fields.field,
        coalesce(
            first_changes.value_id,
            case fields.field
                when 'status' then tickets.state_id
                when 'assignee' then tickets.owner_id
                when 'team' then tickets.group_id
                when 'priority' then tickets.priority_id
            end
        ) as value_id
    from tickets
    cross join fields
    left outer join first_changes on tickets.id = first_changes.ticket_id and fields.field = first_changes.field
),

entries as (
    select
        id as change_id,
        ticket_id,
        agent_id,
        field,
        id_from as old_id,
        id_to as new_id,
        value_from,
        value_to,
        created_at as changed_at,
        1 as _source_row_count,
        _row_id,
        _seen_at
    from changes
    union all
    select
        concat(ticket_id, ':', field) as change_id,
        ticket_id,
        agent_id,
        field,
        null as old_id,
        value_id as new_id,
        null as value_from,
        null as value_to,
        created_at as changed_at,
        0 as _source_row_count,
        null as _row_id,
        null as _seen_at
    from created
),

valued as (
    select
        entries.*,
        case
            when entries.field = 'assignee' then nullif(entries.old_id, '1')
            when old_values.value_id is not null then old_values.meaning
            when entries.field in ('team', 'priority') then entries.value_from
        end as old_value,
        case
            when entries.field = 'assignee' then nullif(entries.new_id, '1')
            when new_values.value_id is not null then new_values.meaning
            when entries.field in ('team', 'priority') then entries.value_to
        end as new_value
    from entries
    left outer join vocabulary as old_values on entries.field = old_values.field and entries.old_id = old_values.value_id
    left outer join vocabulary as new_values on entries.field = new_values.field and entries.new_id = new_values.value_id
)

select
    change_id,
    ticket_id,
    agent_id,
    field,
    old_value,
    new_value,
    changed_at,
    _source_row_count,
    _row_id,
    _seen_at,
    case
        when field is null then 'the entry says what the ticket says itself'
        when old_value is null and new_value is null then 'there is no value before or after'
        when old_value = new_value then 'both values are one to the contract'
    end as _drop_reason
from valued
