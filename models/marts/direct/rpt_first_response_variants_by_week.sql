-- First response is easily gamed and differently counted: here are the other ways to count it, beside ours.
with variants as (
    select * from {{ ref('int_first_response_variants') }}
),

horizons as (
    select * from {{ ref('int_entity_horizons') }}
    where entity_name = 'tickets'
),

counted as (
    select
        market,
        created_week,
        count(*) as answered_count,
        sum(first_response_calendar_seconds) as total_first_response_calendar_seconds,
        sum(from_creation_calendar_seconds) as total_from_creation_calendar_seconds,
        count(vendor_first_response_calendar_seconds) as vendor_stated_count,
        sum(vendor_first_response_calendar_seconds) as total_vendor_first_response_calendar_seconds,
        sum(case when vendor_first_response_calendar_seconds is not null then first_response_calendar_seconds end)
            as total_ours_where_vendor_stated_calendar_seconds,
        sum(case when vendor_difference = 'the same' then 1 else 0 end) as vendor_same_count,
        sum(case when vendor_difference = 'the helpdesk counts from the creation' then 1 else 0 end)
            as vendor_from_creation_count,
        sum(case when vendor_difference = 'the helpdesk counts an automatic answer' then 1 else 0 end)
            as vendor_automatic_count,
        sum(case when vendor_difference = 'not explained' then 1 else 0 end) as vendor_unexplained_count,
        count(is_first_canned) as canned_known_count,
        sum(case when is_first_canned then 1 else 0 end) as canned_first_count,
        sum(case when is_followed_at_once then 1 else 0 end) as followed_at_once_count,
        sum(case when coalesce(is_first_canned, false) or is_followed_at_once then 1 else 0 end) as gamed_count,
        count(substantive_response_calendar_seconds) as substantive_count,
        sum(substantive_response_calendar_seconds) as total_substantive_response_calendar_seconds
    from variants
    group by market, created_week
)

select
    counted.market,
    cast(counted.answered_count as bigint) as answered_count,
    cast(counted.total_first_response_calendar_seconds as bigint) as total_first_response_calendar_seconds,
    cast(counted.total_from_creation_calendar_seconds as bigint) as total_from_creation_calendar_seconds,
    cast(counted.vendor_stated_count as bigint) as vendor_stated_count,
    cast(counted.total_vendor_first_response_calendar_seconds as bigint) as total_vendor_first_response_calendar_seconds,
    cast(counted.total_ours_where_vendor_stated_calendar_seconds as bigint)
        as total_ours_where_vendor_stated_calendar_seconds,
    cast(counted.vendor_same_count as bigint) as vendor_same_count,
    cast(counted.vendor_from_creation_count as bigint) as vendor_from_creation_count,
    cast(counted.vendor_automatic_count as bigint) as vendor_automatic_count,
    cast(counted.vendor_unexplained_count as bigint) as vendor_unexplained_count,
    cast(counted.canned_known_count as bigint) as canned_known_count,
    cast(counted.canned_first_count as bigint) as canned_first_count,
    {{ ratio('counted.canned_first_count', 'counted.canned_known_count') }} as canned_first_ratio,
    cast(counted.followed_at_once_count as bigint) as followed_at_once_count,
    {{ ratio('counted.followed_at_once_count', 'counted.answered_count') }} as followed_at_once_ratio,
    cast(counted.gamed_count as bigint) as gamed_count,
    {{ ratio('counted.gamed_count', 'counted.answered_count') }} as gaming_ratio,
    cast(counted.substantive_count as bigint) as substantive_count,
    cast(counted.total_substantive_response_calendar_seconds as bigint) as total_substantive_response_calendar_seconds,
    {{ ratio('counted.total_substantive_response_calendar_seconds', 'counted.substantive_count') }}
        as substantive_response_calendar_seconds_mean,
    {{ add_days('counted.created_week', 6) }} < horizons.first_incomplete_date as is_complete,
    counted.created_week
from counted
cross join horizons
