{{ config(meta={'dagster': {'ref': {'name': 'rpt_owners_by_month'}}}) }}
-- What contacts cost is one sum: each report's cost of a month (of a week, by channel) is that of the stretches of work, to the
-- last decimal. A row here is a report and period in which it is not: cost was lost, doubled, or counted by another rule.
{%- set reports = [
    ('reason', ref('rpt_contacts_by_reason_month'), 'created_month', 'true'),
    ('owner', ref('rpt_owners_by_month'), 'created_month', 'true'),
    ('tier', ref('rpt_support_costs_by_tier_month'), 'cost_month', 'true'),
    ('channel', ref('rpt_support_costs_by_channel_week'), 'work_week', "channel <> 'not allocated'"),
] %}
with facts as (
    select
        caused_cost_usd,
        {{ month_of('worked_date') }} as worked_month,
        {{ week_of('worked_date') }} as worked_week
    from {{ ref('fct_handle_times') }}
    where worked_date is not null
),

costs as (
    {%- for report, relation, period, condition in reports %}
        select
            '{{ report }}' as report,
            {{ period }} as period,
            caused_cost_usd as reported_usd,
            0e0 as fact_usd
        from {{ relation }}
        where {{ condition }}
        union all
        select
            '{{ report }}' as report,
            {{ 'worked_week' if period == 'work_week' else 'worked_month' }} as period,
            0e0 as reported_usd,
            caused_cost_usd as fact_usd
        from facts
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

summed as (
    select
        report,
        period,
        sum(cast(reported_usd as decimal(38, 9))) as reported_usd,
        sum(cast(fact_usd as decimal(38, 9))) as fact_usd
    from costs
    group by report, period
)

select
    report,
    period,
    reported_usd,
    fact_usd
from summed
where reported_usd <> fact_usd
