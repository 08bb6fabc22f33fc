-- Did the score change, or is it noise? Months and quarters, each beside the one before; by market and in all; with and without
-- those who were waiting for us or had just been in contact.
with nps_responses as (
    select
        *,
        has_recent_contact or has_open_contact as is_near_contact
    from {{ ref('fct_nps_responses') }}
    where responded_date is not null
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'nps_responses'
),

minimum_counts as (
    select coalesce(max(minimum_count), 0) as minimum_count
    from {{ ref('minimum_counts') }}
    where metric_name = 'nps_score_change'
),

spread as (
    select
        market,
        nps_group,
        is_near_contact,
        'month' as period_kind,
        {{ month_of('responded_date') }} as period_month
    from nps_responses
    union all
    select
        market,
        nps_group,
        is_near_contact,
        'quarter' as period_kind,
        responded_quarter as period_month
    from nps_responses
),

counted as (
    select
        period_kind,
        case when grouping(market) = 0 then market else 'all' end as market,
        case
            when grouping(is_near_contact) = 1 then 'all'
            when is_near_contact then 'near a contact'
            else 'not near a contact'
        end as response_group,
        period_month,
        count(*) as response_count,
        sum(case when nps_group = 'promoter' then 1 else 0 end) as promoter_count,
        sum(case when nps_group = 'passive' then 1 else 0 end) as passive_count,
        sum(case when nps_group = 'detractor' then 1 else 0 end) as detractor_count
    from spread
    group by grouping sets (
        (period_kind, period_month),
        (period_kind, period_month, market),
        (period_kind, period_month, is_near_contact),
        (period_kind, period_month, market, is_near_contact)
    )
),

paired as (
    select
        counted.*,
        case
            when counted.period_kind = 'month' then {{ next_month('counted.period_month') }}
            else {{ next_month(add_days('counted.period_month', 62)) }}
        end as next_period_month
    from counted
)

select
    period.period_kind,
    period.market,
    period.response_group,
    {{ net_promoter_change_verdict(
        'period.promoter_count', 'period.detractor_count', 'period.response_count',
        'earlier.promoter_count', 'earlier.detractor_count', 'earlier.response_count', 'minimum_counts.minimum_count'
    ) }} as nps_verdict,
    cast(period.promoter_count as bigint) as promoter_count,
    cast(period.passive_count as bigint) as passive_count,
    cast(period.detractor_count as bigint) as detractor_count,
    cast(period.response_count as bigint) as response_count,
    {{ net_promoter_score('period.promoter_count', 'period.detractor_count', 'period.response_count') }} as nps_score,
    {{ net_promoter_margin('period.promoter_count', 'period.detractor_count', 'period.response_count') }} as nps_margin_score,
    cast(earlier.response_count as bigint) as earlier_response_count,
    {{ net_promoter_score('earlier.promoter_count', 'earlier.detractor_count', 'earlier.response_count') }}
        as earlier_nps_score,
    {{ net_promoter_margin('earlier.promoter_count', 'earlier.detractor_count', 'earlier.response_count') }}
        as earlier_nps_margin_score,
    {{ net_promoter_score('period.promoter_count', 'period.detractor_count', 'period.response_count') }}
    - {{ net_promoter_score('earlier.promoter_count', 'earlier.detractor_count', 'earlier.response_count') }}
        as nps_change_score,
    {{ net_promoter_change_z(
        'period.promoter_count', 'period.detractor_count', 'period.response_count',
        'earlier.promoter_count', 'earlier.detractor_count', 'earlier.response_count'
    ) }} as nps_change_z_score,
    period.next_period_month <= horizons.first_incomplete_date as is_complete,
    period.period_month
from paired as period
left outer join paired as earlier
    on
        period.period_kind = earlier.period_kind
        and period.market = earlier.market
        and period.response_group = earlier.response_group
        and period.period_month = earlier.next_period_month
cross join horizons
cross join minimum_counts
