{#
    Cohorts that are still growing: how long their cases take to come, and what they will come to. The formulas and where
    they are from stand in docs/decisions/0011. They know nothing of returns or claims.
#}

{# Beyond so many days after the anchor nothing more is expected. #}
{% macro longest_delay_days() %}365{% endmacro %}

{# The same for what follows a resolution: an answer to the survey, or the same issue again. #}
{% macro longest_support_delay_days() %}30{% endmacro %}

{# A shorter history than this teaches no delay: what it has not seen yet would count as never. #}
{% macro shortest_window_days() %}180{% endmacro %}

{# So many cases must have been watched long enough for the end of the window. #}
{% macro fewest_watched_cases() %}30{% endmacro %}


{#
    F(age), the share of a cohort's cases that have come by an age, from cohorts of every age: the product-limit estimator
    for right-truncated delays (Lynden-Bell 1971; Lagakos, Barraj and De Gruttola 1988), by whole days. It equals the chain
    ladder with one development factor a day. The errors are Greenwood's, in reversed time.

    A select statement with one row per group and day 0 to 365: the group columns, delay_days, case_count,
    at_risk_case_count, window_days, share_before_ratio (by the day's beginning), share_ratio (by its end) and
    share_error_ratio (standard error of the logarithm of share_ratio). The shares are null where nothing can be learned.

    relation: a CTE or table with one row per member of a cohort; group_columns: list, may be empty; delay and watched:
    seconds from the anchor to the case (null without one) and to the end of what is known; longest and shortest: days of the
    window, and of the shortest one that teaches anything, where these are not a year and half a year.
#}
{% macro delay_shares(relation, group_columns, delay, watched, longest=none, shortest=none) -%}
    {%- set longest = longest or longest_delay_days() -%}
    {%- set shortest = shortest or shortest_window_days() -%}
    {%- set groups = '' if not group_columns else group_columns | join(', ') ~ ', ' -%}
    {%- set partition = '' if not group_columns else 'partition by ' ~ group_columns | join(', ') ~ ' ' -%}
    {%- set day_of_delay = 'cast(floor(' ~ delay ~ ' / 86400e0) as bigint)' -%}
    {%- set day_of_end = 'cast(floor(' ~ watched ~ ' / 86400e0) as bigint)' -%}
    {%- set so_far = '(' ~ partition ~ 'order by delay_days asc nulls last rows between unbounded preceding and current row)' -%}
    {%- set later = '(' ~ partition ~ 'order by delay_days desc nulls last rows between unbounded preceding and 1 preceding)' -%}
    select
        {{ groups }}
        delay_days,
        cast(case_count as bigint) as case_count,
        cast(at_risk_case_count as bigint) as at_risk_case_count,
        cast(window_days as bigint) as window_days,
        share_ratio * case when case_count = 0 then 1e0 else 1e0 - case_count * 1e0 / at_risk_case_count end
            as share_before_ratio,
        share_ratio,
        share_error_ratio
    from (
        select
            {{ groups }}
            delay_days,
            case_count,
            at_risk_case_count,
            window_days,
            case
                when window_days is null then cast(null as double)
                when coalesce(max(case when case_count = at_risk_case_count and case_count > 0 then 1 end) over {{ later }}, 0) = 1
                    then 0e0
                else exp(coalesce(
                    sum(case when case_count < at_risk_case_count then ln(1e0 - case_count * 1e0 / at_risk_case_count) end)
                        over {{ later }}, 0e0
                ))
            end as share_ratio,
            case
                when window_days is not null then sqrt(coalesce(
                    sum(
                        case
                            when case_count < at_risk_case_count
                                then case_count * 1e0 / at_risk_case_count / (at_risk_case_count - case_count)
                        end
                    ) over {{ later }}, 0e0
                ))
            end as share_error_ratio
        from (
            select
                {{ groups }}
                delay_days,
                case when delay_days < window_days then case_count else 0 end as case_count,
                at_risk_case_count,
                window_days
            from (
                select
                    at_risk.*,
                    case
                        when last_watched_day + 1 >= {{ shortest }} then last_watched_day + 1
                    end as window_days
                from (
                    select
                        risk.*,
                        max(
                            case
                                when
                                    at_risk_case_count >= {{ fewest_watched_cases() }} and delay_days < {{ longest }}
                                    then delay_days
                            end
                        ) over ({{ partition }}) as last_watched_day
                    from (
                        -- At risk on a day: the cases that had come by then, of members watched beyond that day.
                        select
                            {{ groups }}
                            delay_days,
                            case_count,
                            sum(case_count - end_count) over {{ so_far }} as at_risk_case_count
                        from (
                            select
                                {{ groups }}
                                delay_days,
                                sum(case_count) as case_count,
                                sum(end_count) as end_count
                            from (
                                select
                                    {{ groups }}
                                    {{ day_of_delay }} as delay_days,
                                    1 as case_count,
                                    0 as end_count
                                from {{ relation }}
                                where {{ delay }} >= 0 and {{ day_of_delay }} < {{ day_of_end }}
                                union all
                                select
                                    {{ groups }}
                                    {{ day_of_end }} as delay_days,
                                    0 as case_count,
                                    1 as end_count
                                from {{ relation }}
                                where {{ delay }} >= 0 and {{ day_of_delay }} < {{ day_of_end }}
                                union all
                                select
                                    grid.*,
                                    0 as case_count,
                                    0 as end_count
                                from (
                                    select
                                        {{ groups }}
                                        {{ each_integer(0, longest) }} as delay_days
                                    from {{ '(select distinct ' ~ group_columns | join(', ') ~ ' from ' ~ relation ~ ')' if group_columns else '(select 1 as one)' }} as members
                                ) as grid
                            ) as moves
                            group by {{ groups }} delay_days
                        ) as days
                    ) as risk
                ) as at_risk
            ) as windows
            where delay_days <= {{ longest }}
        ) as within_window
    ) as multiplied
{%- endmacro %}


{# The row of `delay_shares` that belongs to a member watched for so many seconds: its delay_days. #}
{% macro delay_day_of(watched, longest=none) -%}
    cast(least(floor({{ watched }} / 86400e0), {{ longest or longest_delay_days() }}) as bigint)
{%- endmacro %}


{#
    Whole days that a period has been over, 0 while it is not. Its last moment is its youngest possible member, so these are the
    age by which all of it can be judged, whichever members it has. Null where nobody knows how far the data reach.
#}
{% macro days_since_end(end_date, first_incomplete_date) -%}
    case
        when {{ first_incomplete_date }} >= {{ end_date }} then {{ whole_days_between(end_date, first_incomplete_date) }}
        when {{ first_incomplete_date }} < {{ end_date }} then 0
    end
{%- endmacro %}


{# Seconds from an anchor to an instant, 0 where the instant came first (an answer from before its offer was noted); null without one. #}
{% macro seconds_until(instant, anchor) -%}
    case
        when {{ instant }} >= {{ anchor }} then {{ epoch_seconds(instant) }} - {{ epoch_seconds(anchor) }}
        when {{ instant }} < {{ anchor }} then 0
    end
{%- endmacro %}


{# F at an age in seconds: between a day's beginning and its end it grows evenly. `delays` is the row of `delay_day_of`. #}
{% macro expected_share(delays, watched) -%}
    {{ delays }}.share_before_ratio + ({{ delays }}.share_ratio - {{ delays }}.share_before_ratio)
    * least({{ watched }} / 86400e0 - {{ delays }}.delay_days, 1e0)
{%- endmacro %}


{#
    What a cohort will come to, as a share of its members: cases so far / sum of F over the members. At most 1; null where
    nothing can be expected yet.
#}
{% macro completed_ratio(cases, expected) -%}
    case when {{ cases }} >= 0 and {{ expected }} > 0 then least(({{ cases }}) * 1e0 / ({{ expected }}), 1e0) end
{%- endmacro %}


{#
    95 % interval of `completed_ratio`: its lower or upper end. The Wilson interval of the cases seen so far and the error of
    F are put together on the logarithm's scale by the method of variance estimates recovery (Zou and Donner 2008). Without a
    case the lower end is 0 and the upper one that of Wilson, divided by the least F that is plausible.

    cases, members: counts; expected: sum of F over the members; error: sum of F times its logarithm's standard error, which
    bounds the standard error of the sum because the errors of one curve go together.
#}
{% macro completed_bound(cases, members, expected, error, side) -%}
    {%- set sign = '-' if side == 'low' else '' -%}
    case
        when {{ cases }} >= 0 and {{ members }} > 0 and {{ expected }} > 0
            then
                case
                    when {{ cases }} > 0
                        then least(
                            ({{ cases }}) / ({{ expected }}) * exp({{ sign }}sqrt(
                                power(ln({{ wilson_bound(cases, members, side) }} * ({{ members }}) / ({{ cases }})), 2)
                                + power(1.959963984540054e0 * ({{ error }}) / ({{ expected }}), 2)
                            )), 1e0
                        )
                    else {{ '0e0' if side == 'low' else 'least(' ~ wilson_bound(cases, members, side) ~ ' * (' ~ members ~ ') / (' ~ expected ~ ') * exp(1.959963984540054e0 * (' ~ error ~ ') / (' ~ expected ~ ')), 1e0)' }}
                end
    end
{%- endmacro %}


{#
    In a select list with a group by, over a CTE of members of a cohort: order_count, case_count (so far), expected_count (sum
    of F) and expected_error_count, which `completed_ratio` and `completed_bound` take.
#}
{% macro completed_sums(relation, has_case) -%}
    count(*) as order_count,
    sum(case when {{ relation }}.{{ has_case }} then 1 else 0 end) as case_count,
    {{ exact_sum(relation ~ '.expected_share_ratio') }} as expected_count,
    {{ exact_sum(relation ~ '.expected_share_error_ratio') }} as expected_error_count
{%- endmacro %}


{#
    The same by units of an order, with the sums of squares that the spread between orders is computed from. Orders whose
    units are not known are left out.
#}
{% macro completed_unit_sums(units, returned_units) -%}
    sum({{ units }}) as unit_count,
    sum(case when {{ units }} is not null then {{ returned_units }} else 0 end) as unit_case_count,
    {{ exact_sum(units ~ ' * expected_share_ratio') }} as expected_unit_count,
    {{ exact_sum(units ~ ' * expected_share_error_ratio') }} as expected_unit_error_count,
    sum({{ units }} * {{ units }}) as unit_squared_count,
    sum({{ units }} * {{ returned_units }}) as unit_product_count,
    sum(case when {{ units }} is not null then {{ returned_units }} * {{ returned_units }} else 0 end) as unit_case_squared_count,
    count({{ units }}) as unit_order_count
{%- endmacro %}


{#
    As `completed_bound` for units. Units of one order come back together, so they are fewer independent trials than they are:
    the ratio's variance between orders gives the effective number of trials (Korn and Graubard 1998). `sums` is a relation
    with the columns of `completed_unit_sums`.
#}
{% macro completed_unit_bound(sums, side) -%}
    {%- set share = '(' ~ sums ~ '.unit_case_count * 1e0 / nullif(' ~ sums ~ '.unit_count, 0))' -%}
    {%- set variance = '(' ~ sums ~ '.unit_case_squared_count - 2e0 * ' ~ share ~ ' * ' ~ sums ~ '.unit_product_count + '
        ~ share ~ ' * ' ~ share ~ ' * ' ~ sums ~ '.unit_squared_count)' -%}
    {%- set trials = '(case when ' ~ share ~ ' > 0 and ' ~ share ~ ' < 1 and ' ~ variance ~ ' > 0 then ' ~ share ~ ' * (1e0 - ' ~ share
        ~ ') * ' ~ sums ~ '.unit_count * ' ~ sums ~ '.unit_count / ' ~ variance ~ ' else ' ~ sums ~ '.unit_order_count * 1e0 end)' -%}
    {%- set scale = trials ~ ' / nullif(' ~ sums ~ '.unit_count, 0)' -%}
    {{ completed_bound(share ~ ' * ' ~ trials, trials, sums ~ '.expected_unit_count * ' ~ scale, sums ~ '.expected_unit_error_count * ' ~ scale, side) }}
{%- endmacro %}


{#
    The common table expressions of a triangle: `counted`, `cohorts` (by week and by month) and `ages`, over a CTE `orders` with
    market, watched_calendar_seconds and delay_calendar_seconds. A select over cohorts and the ages that they have reached follows.
    `anchor_date` is the column that decides an order's cohort.
#}
{% macro cohort_triangle(anchor_date) -%}
counted as (
    select
        market,
        cast(least(floor(watched_calendar_seconds / 604800e0), 52) as bigint) as watched_weeks,
        cast(floor(delay_calendar_seconds / 604800e0) as bigint) as delay_weeks,
        count(*) as order_count,
        {{ week_of(anchor_date) }} as cohort_week,
        {{ month_of(anchor_date) }} as cohort_month
    from orders
    group by
        market,
        cast(least(floor(watched_calendar_seconds / 604800e0), 52) as bigint),
        cast(floor(delay_calendar_seconds / 604800e0) as bigint),
        {{ week_of(anchor_date) }},
        {{ month_of(anchor_date) }}
),

cohorts as (
    {%- for period in ['week', 'month'] %}
        select
            market,
            '{{ period }}' as cohort_period,
            watched_weeks,
            delay_weeks,
            order_count,
            cohort_{{ period }} as cohort_date,
            sum(order_count) over (partition by market, cohort_{{ period }}) as cohort_order_count
        from counted
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

ages as (
    select {{ each_integer(1, 52) }} as age_weeks
)
{%- endmacro %}
