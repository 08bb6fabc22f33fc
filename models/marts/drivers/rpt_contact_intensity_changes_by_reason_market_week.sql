-- Why did contact intensity change? The change between a week and the one before, split over reason x market into a rate part (people
-- of the same market write more) and a mix part (more orders come from markets where people write more). With the share of orders s
-- and the contacts per 100 of a market's orders i, before (0) and now (1), and the mean m of the reason's rate over all markets:
--     s1 i1 - s0 i0 = (i1 - i0) (s0 + s1) / 2 + (s1 - s0) ((i0 + i1) / 2 - m) + (s1 - s0) m
-- The last term adds up to nothing over markets, as shares add up to one. A market without orders in one of the weeks is taken to
-- have everybody's rate then; contacts of a market without orders are rate alone, per 100 of all orders.
with compared as (
    select * from {{ ref('int_contact_weeks_compared') }}
    where all_order_count > 0 and previous_all_order_count > 0
),

contact_reasons as (
    select * from {{ ref('dim_contact_reasons') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

-- Whole weeks after whole weeks: part of a week is no comparison.
whole as (
    select compared.*
    from compared
    cross join horizons
    where
        {{ add_days('compared.intensity_week', -7) }} > compared.first_week
        and {{ add_days('compared.intensity_week', 7) }} <= horizons.first_incomplete_date
),

rated as (
    select
        *,
        100 * {{ ratio('reason_contact_count', 'all_order_count') }} as all_rate,
        100 * {{ ratio('previous_reason_contact_count', 'previous_all_order_count') }} as previous_all_rate,
        100 * {{ ratio('contact_count', 'order_count') }} as contact_intensity,
        100 * {{ ratio('previous_contact_count', 'previous_order_count') }} as previous_contact_intensity,
        {{ ratio('order_count', 'all_order_count') }} as order_share,
        {{ ratio('previous_order_count', 'previous_all_order_count') }} as previous_order_share,
        case when order_count = 0 then 100 * {{ ratio('contact_count', 'all_order_count') }} else 0e0 end as orderless,
        case
            when previous_order_count = 0 then 100 * {{ ratio('previous_contact_count', 'previous_all_order_count') }}
            else 0e0
        end as previous_orderless
    from whole
),

split as (
    select
        *,
        (coalesce(contact_intensity, all_rate) - coalesce(previous_contact_intensity, previous_all_rate))
        * (order_share + previous_order_share) / 2e0 + orderless - previous_orderless as rate_change,
        (order_share - previous_order_share) * (
            coalesce(contact_intensity, all_rate) + coalesce(previous_contact_intensity, previous_all_rate)
            - all_rate - previous_all_rate
        ) / 2e0 as mix_change,
        -- What last week's rate would have given with this week's orders.
        order_count * coalesce(previous_contact_intensity, previous_all_rate) / 100e0
        + case when order_count = 0 then all_order_count * previous_orderless / 100e0 else 0e0 end as expected_contact_count,
        100 * {{ ratio('sum(contact_count) over (partition by intensity_week)', 'all_order_count') }}
        - 100 * {{ ratio('sum(previous_contact_count) over (partition by intensity_week)', 'previous_all_order_count') }}
            as total_change
    from rated
)

select
    split.contact_reason,
    contact_reasons.reason_label,
    contact_reasons.owner,
    split.market,
    cast(split.contact_count as bigint) as contact_count,
    cast(split.previous_contact_count as bigint) as previous_contact_count,
    cast(split.order_count as bigint) as order_count,
    cast(split.previous_order_count as bigint) as previous_order_count,
    split.contact_intensity,
    split.previous_contact_intensity,
    split.rate_change as rate_change_per_hundred_orders,
    split.mix_change as mix_change_per_hundred_orders,
    split.rate_change + split.mix_change as change_per_hundred_orders,
    split.expected_contact_count,
    split.contact_count - split.expected_contact_count as excess_contact_count,
    -- The first is the part that went furthest the way that all went.
    cast(row_number() over (
        partition by split.intensity_week
        order by
            (split.contact_count - split.expected_contact_count) * case when split.total_change < 0 then -1 else 1 end desc nulls last,
            split.contact_reason asc nulls last,
            split.market asc nulls last
    ) as integer) as excess_rank,
    split.intensity_week
from split
left outer join contact_reasons on split.contact_reason = contact_reasons.contact_reason
