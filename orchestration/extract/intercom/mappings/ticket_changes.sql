-- Parts that change a conversation: its status, who has it, which team has it. One part may be several changes, so that a
-- change's id is the part's with the field behind it. What was before follows from the part before.
with marks as (
    select
        id as conversation_id,
        '' as part_id,
        'status' as field,
        'open' as new_value,
        cast(null as varchar) as agent_id,
        created_at,
        _row_id,
        _seen_at
    from conversations
    union all
    select
        conversation_id,
        id as part_id,
        'status' as field,
        case
            when part_type = 'close' then 'solved'
            when part_type = 'snoozed' then 'pending'
            else 'open'
        end as new_value,
        author_staff_id as agent_id,
        created_at,
        _row_id,
        _seen_at
    from conversation_parts
    where
        part_type in (
            'close', 'snoozed', 'open', 'unsnoozed', 'timer_unsnooze', 'assign_and_unsnooze', 'assign_and_reopen', 'note_and_reopen',
            'note_and_unsnooze'
        )
    union all
    select
        conversation_parts.conversation_id,
        conversation_parts.id as part_id,
        case when conversation_parts.assigned_to_type = 'team' then 'team' else 'assignee' end as field,
        case
            when conversation_parts.assigned_to_type = 'team' then coalesce(teams.name, conversation_parts.assigned_to_id)
            when conversation_parts.assigned_to_type in ('admin', 'bot') then conversation_parts.assigned_to_id
        end as new_value,
        conversation_parts.author_staff_id as agent_id,
        conversation_parts.created_at,
        conversation_parts._row_id,
        conversation_parts._seen_at
    from conversation_parts
    left outer join teams on conversation_parts.assigned_to_id = teams.id and conversation_parts.assigned_to_type = 'team'
    where conversation_parts.part_type like '%assign%' and conversation_parts.assigned_to_type is not null
),

in_order as (
    select
        marks.*,
        -- Ids are numbers as text: of two of one second the shorter is the older.
        lag(marks.new_value) over (
            partition by marks.conversation_id, marks.field
            order by try_cast(marks.created_at as bigint), length(marks.part_id), marks.part_id
        ) as old_value
    from marks
)

select
    coalesce(nullif(part_id, ''), conversation_id || ':created') || ':' || field as change_id,
    conversation_id as ticket_id,
    agent_id,
    field,
    old_value,
    new_value,
    created_at as changed_at,
    _row_id,
    _seen_at
from in_order
where new_value is distinct from old_value
