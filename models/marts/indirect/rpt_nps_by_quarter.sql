with nps_responses as (
    select * from {{ ref('fct_nps_responses') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'nps_responses'
),

counted as (
    select
        market,
        responded_quarter,
        count(*) as response_count,
        sum(case when nps_group = 'promoter' then 1 else 0 end) as promoter_count,
        sum(case when nps_group = 'passive' then 1 else 0 end) as passive_count,
        sum(case when nps_group = 'detractor' then 1 else 0 end) as detractor_count,
        sum(case when has_recent_contact then 1 else 0 end) as recent_contact_count
    from nps_responses
    where responded_date is not null
    group by market, responded_quarter
)

select
    counted.market,
    cast(counted.promoter_count as bigint) as promoter_count,
    cast(counted.passive_count as bigint) as passive_count,
    cast(counted.detractor_count as bigint) as detractor_count,
    cast(counted.response_count as bigint) as response_count,
    cast(counted.recent_contact_count as bigint) as recent_contact_count,
    {{ net_promoter_score('counted.promoter_count', 'counted.detractor_count', 'counted.response_count') }} as nps_score,
    {{ net_promoter_standard_error('counted.promoter_count', 'counted.detractor_count', 'counted.response_count') }}
        as nps_standard_error_score,
    {{ net_promoter_margin('counted.promoter_count', 'counted.detractor_count', 'counted.response_count') }}
        as nps_margin_score,
    {{ next_month(add_days('counted.responded_quarter', 62)) }} <= horizons.first_incomplete_date as is_complete,
    counted.responded_quarter
from counted
cross join horizons
