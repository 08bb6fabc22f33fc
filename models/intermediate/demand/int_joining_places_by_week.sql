-- Who is there now and not in the mean of the thirteen weeks before, or the other way round: people who have signed, or begun
-- within these weeks, add what the mean does not hold of them, from the week of the first day on and less while they learn; who
-- has left within them takes along what it holds.
with needs as (
    select * from {{ ref('int_support_needs_by_week') }}
    where demand_week >= first_plan_week
),

moves as (
    select * from {{ ref('int_staff_moves') }}
),

-- Who serves no market that is planned serves all, each by its part of the people of today.
markets as (
    select
        market,
        max(first_plan_week) as first_plan_week,
        coalesce(
            {{ ratio('max(present_full_time_equivalents)', 'sum(max(present_full_time_equivalents)) over ()') }},
            1e0 / count(*) over ()
        ) as present_ratio
    from needs
    where demand_week = first_plan_week
    group by market
),

placed as (
    select
        markets.market,
        moves.person_count * case when known.market is null then markets.present_ratio else 1e0 end as person_count,
        moves.hours_per_week,
        -- The part of the thirteen weeks after the move.
        greatest({{ whole_days_between('moves.moves_date', 'markets.first_plan_week') }}, 0) / 91e0 as counted_ratio,
        {{ week_of('moves.moves_date') }} as moves_week
    from moves
    left outer join markets as known on moves.market = known.market
    inner join markets on coalesce(known.market, markets.market) = markets.market
)

select
    needs.market,
    {{ exact_sum(
        "placed.person_count * coalesce(placed.hours_per_week / (needs.paid_hours_per_day * needs.working_days), 1e0) * (case
            when placed.person_count > 0 and needs.demand_week < " ~ add_days('placed.moves_week', '7 * needs.ramp_up_weeks') ~ "
                then needs.ramp_up_productivity_ratio
            else 1e0
        end - placed.counted_ratio)"
    ) }} as joining_full_time_equivalents,
    needs.demand_week
from needs
inner join placed on needs.market = placed.market and needs.demand_week >= placed.moves_week
group by needs.market, needs.demand_week
