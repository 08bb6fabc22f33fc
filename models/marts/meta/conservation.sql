-- Rows mapped = quarantined + in facts + excluded, per source and entity; difference_count is 0 or the run stops.
{% set facts = {
    'tickets': 'fct_tickets',
    'ticket_messages': 'fct_ticket_messages',
    'ticket_changes': 'fct_ticket_changes',
    'handle_times': 'fct_handle_times',
    'csat_responses': 'fct_csat_responses',
    'ces_responses': 'fct_ces_responses',
    'nps_responses': 'fct_nps_responses',
    'survey_invitations': 'fct_survey_invitations',
    'app_reviews': 'fct_app_reviews',
    'orders': 'fct_orders',
    'order_items': 'fct_order_items',
    'deliveries': 'fct_deliveries',
    'returns': 'fct_returns',
    'inr_claims': 'fct_inr_claims',
    'agent_workdays': 'fct_agent_workdays',
} %}

with mappings as (
    select * from {{ ref('stg_audit__mappings') }}
),

quarantine_counts as (
    select * from {{ ref('stg_audit__quarantine_counts') }}
),

excluded_records as (
    select * from {{ ref('excluded_records') }}
),

fact_rows as (
    {% for entity, fact in facts.items() -%}
        select
            '{{ entity }}' as entity_name,
            source_name,
            count(*) as fact_count
        from {{ ref(fact) }}
        group by source_name
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

newest_runs as (
    select distinct run_id from mappings
),

quarantined as (
    select
        quarantine_counts.source_name,
        quarantine_counts.entity_name,
        sum(quarantine_counts.row_count) as quarantined_count
    from quarantine_counts
    inner join newest_runs on quarantine_counts.run_id = newest_runs.run_id
    group by quarantine_counts.source_name, quarantine_counts.entity_name
),

excluded as (
    select
        source_name,
        entity_name,
        count(*) as excluded_count
    from excluded_records
    group by source_name, entity_name
),

compared as (
    select
        mappings.source_name,
        mappings.entity_name,
        mappings.rows_mapped,
        mappings.rows_dropped,
        mappings.rows_rejected,
        coalesce(quarantined.quarantined_count, 0) as quarantined_count,
        coalesce(fact_rows.fact_count, 0) as fact_count,
        coalesce(excluded.excluded_count, 0) as excluded_count
    from mappings
    left outer join quarantined
        on mappings.source_name = quarantined.source_name and mappings.entity_name = quarantined.entity_name
    left outer join fact_rows
        on mappings.source_name = fact_rows.source_name and mappings.entity_name = fact_rows.entity_name
    left outer join excluded
        on mappings.source_name = excluded.source_name and mappings.entity_name = excluded.entity_name
    where mappings.entity_name in ('{{ facts.keys() | join("', '") }}')
)

select
    source_name,
    entity_name,
    cast(rows_mapped + rows_dropped + rows_rejected as bigint) as landed_count,
    cast(rows_rejected as bigint) as rejected_count,
    cast(rows_dropped as bigint) as dropped_count,
    cast(quarantined_count as bigint) as quarantined_count,
    cast(fact_count as bigint) as fact_count,
    cast(excluded_count as bigint) as excluded_count,
    cast(rows_mapped - quarantined_count - fact_count - excluded_count as bigint) as difference_count
from compared
