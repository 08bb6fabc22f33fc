-- Accounted time. It is entered when the work is done, so that the work began that much earlier.
with listed as (
    select
        id as ticket_id,
        unnest(from_json(time_accounting_ids, '["varchar"]')) as time_accounting_id
    from tickets
),

measured as (
    select
        *,
        try_cast(time_unit as double) * try_cast(unit_seconds as double) as handle_seconds
    from time_accountings
)

select
    measured.id as handle_time_id,
    measured.ticket_id,
    measured.agent_id,
    'measured' as provenance,
    measured.handle_seconds,
    measured._row_id,
    measured._seen_at,
    strftime(
        try_cast(replace(measured.created_at, 'Z', '') as timestamp)
        - to_microseconds(cast(round(measured.handle_seconds * 1000000) as bigint)),
        '%Y-%m-%dT%H:%M:%S.%fZ'
    ) as started_at,
    case
        when listed.time_accounting_id is null then 'the entry was deleted'
        when measured.unit_seconds is null then 'time_accounting_unit is not set, so that nobody knows how long it was'
    end as _drop_reason
from measured
left outer join listed on measured.ticket_id = listed.ticket_id and measured.id = listed.time_accounting_id
