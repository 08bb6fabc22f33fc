-- An example of a mapping: from a source's raw tables, as its owner lays them out, to the entity `tickets`.
-- Raw tables are read by their names in sources.toml; their columns are text, in snake case (`Case No` -> case_no).
-- To use one like it, name it in sources.toml:  [[sources.entities]]  entity = "tickets"  sql = "my_tickets.sql"
select
    case_no as ticket_id,
    customer_mail as customer_id,
    lower(channel) as channel,
    case status when 'Offen' then 'open' when 'Erledigt' then 'solved' end as status,
    opened as created_at, -- read by the declared timestamp_format and time_zone
    -- A row with a reason is left out and counted under it; nothing is lost silently.
    case when case_no like 'TEST%' then 'test ticket' end as _drop_reason,
    -- Where a row came from, so that faults name file and row.
    _row_id,
    _file_name,
    _row_number,
    _seen_at,
from cases
