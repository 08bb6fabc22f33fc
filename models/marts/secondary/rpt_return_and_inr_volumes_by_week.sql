-- By the week in which it happened: volumes of work, over no denominator. Shares belong to cohorts.
with returns as (
    select * from {{ ref('fct_returns') }}
),

claims as (
    select * from {{ ref('fct_inr_claims') }}
    where not is_proxy
),

horizons as (
    select * from {{ ref('int_source_horizons') }}
),

events as (
    {%- for name, relation, moment in [
        ('return_requested', 'returns', 'requested_at'),
        ('return_received', 'returns', 'received_at'),
        ('return_refunded', 'returns', 'refunded_at'),
        ('inr_opened', 'claims', 'opened_at'),
        ('inr_decided', 'claims', 'resolved_at'),
        ('inr_refunded', 'claims', 'refunded_at'),
    ] %}
        select
            market,
            source_name,
            '{{ name }}' as event_name,
            {{ week_of(reporting_date(moment)) }} as happened_week
        from {{ relation }}
        where {{ moment }} is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

event_sources as (
    select distinct source_name from events
),

known as (
    select {{ reporting_date('min(horizons.complete_through_at)') }} as first_incomplete_date
    from horizons
    inner join event_sources on horizons.source_name = event_sources.source_name
)

select
    events.market,
    {%- for name in ['return_requested', 'return_received', 'return_refunded', 'inr_opened', 'inr_decided', 'inr_refunded'] %}
        cast(sum(case when events.event_name = '{{ name }}' then 1 else 0 end) as bigint) as {{ name }}_count,
    {%- endfor %}
    {{ add_days('events.happened_week', 6) }} < max(known.first_incomplete_date) as is_complete,
    events.happened_week
from events
cross join known
group by events.market, events.happened_week
