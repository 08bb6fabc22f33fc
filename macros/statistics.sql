{# Formulas of statistics, each with its source. They know nothing of support. #}


{# The whole number of one digit that a text says, as '5', '5.0' or ' 5 '; null for any other text. #}
{% macro whole_number(text) -%}
    case
        when {{ matches_pattern('trim(' ~ text ~ ')', "'^[0-9]([.]0+)?$'") }}
            then cast(split_part(trim({{ text }}), '.', 1) as integer)
    end
{%- endmacro %}


{# Part of a whole, 0 to 1; null when the whole is null or 0. #}
{% macro ratio(part, whole) -%}
    ({{ part }}) * 1e0 / nullif({{ whole }}, 0)
{%- endmacro %}


{#
    A sum of fractions that is the same in every run: as exact decimals of twelve places, for sums of floating-point numbers
    hang on the order in which threads finish. `window` is what follows `over`, where it is a window function.
#}
{% macro exact_sum(expression, window=none) -%}
    cast(sum(cast({{ expression }} as decimal(38, 12))){{ ' over ' ~ window if window }} as double)
{%- endmacro %}


{#
    Wilson score interval of a proportion, 95 % (Wilson 1927): its lower or upper end. Null when there is no trial.
    `side` is 'low' or 'high'.
#}
{% macro wilson_bound(successes, trials, side) -%}
    {%- set z = '1.959963984540054e0' -%}
    case
        when {{ trials }} > 0
            then
                (
                    {{ successes }} + {{ z }} * {{ z }} / 2e0
                    {{ '-' if side == 'low' else '+' }} {{ z }} * sqrt(
                        ({{ successes }}) * 1e0 * ({{ trials }} - {{ successes }}) / {{ trials }} + {{ z }} * {{ z }} / 4e0
                    )
                ) / ({{ trials }} + {{ z }} * {{ z }})
    end
{%- endmacro %}


{#
    Interval of a count of independent events, 95 % (Byar's approximation of the exact Poisson limits, in Breslow and Day 1987):
    its lower or upper end, within 0.02 of the exact ones from two events on. `side` is 'low' or 'high'. Events that come in
    clusters vary more than this says.
#}
{% macro poisson_bound(events, side) -%}
    {%- set z = '1.959963984540054e0' -%}
    {%- if side == 'low' -%}
    case
        when {{ events }} > 0
            then {{ events }} * power(1e0 - 1e0 / (9e0 * {{ events }}) - {{ z }} / (3e0 * sqrt({{ events }})), 3)
        else {{ events }} * 0e0
    end
    {%- else -%}
    ({{ events }} + 1) * power(
        1e0 - 1e0 / (9e0 * ({{ events }} + 1)) + {{ z }} / (3e0 * sqrt({{ events }} + 1)), 3
    )
    {%- endif -%}
{%- endmacro %}


{#
    Half the width of the 95 % interval of a mean by the normal approximation: 1.96 * s / sqrt(n), with the sample's
    standard deviation s from the sums of values and of squares. Null below two values.
#}
{% macro mean_margin(total, total_squared, count) -%}
    case
        when {{ count }} > 1
            then
                1.96e0 * sqrt(
                    greatest(({{ total_squared }}) * 1e0 - ({{ total }}) * 1e0 * ({{ total }}) / {{ count }}, 0e0)
                    / ({{ count }} - 1) / {{ count }}
                )
    end
{%- endmacro %}


{# Why a figure of a sample is not shown: null when it is. What is too little is a person's decision (seed minimum_counts). #}
{% macro suppression_reason(responses, minimum) -%}
    case
        when {{ responses }} = 0 then 'no response'
        when {{ responses }} < {{ minimum }} then 'fewer than ' || cast({{ minimum }} as varchar) || ' responses'
    end
{%- endmacro %}


{# The rank of a value among those of its group, the highest first; equal values share the middle of their places. #}
{% macro middle_rank(value, groups) -%}
    rank() over (partition by {{ groups }} order by {{ value }} desc nulls last)
    + (count(*) over (partition by {{ groups }}, {{ value }}) - 1) / 2e0
{%- endmacro %}


{# Net promoter score, -100 to 100; null without responses. #}
{% macro net_promoter_score(promoters, detractors, responses) -%}
    100e0 * ({{ promoters }} - {{ detractors }}) / nullif({{ responses }}, 0)
{%- endmacro %}


{#
    Standard error of a net promoter score: 100 * sqrt((p + d - (p - d)^2) / n), the multinomial variance of p - d.
#}
{% macro net_promoter_standard_error(promoters, detractors, responses) -%}
    case
        when {{ responses }} > 0
            then
                100e0 * sqrt(
                    (
                        ({{ promoters }} + {{ detractors }}) * 1e0 / {{ responses }}
                        - power(({{ promoters }} - {{ detractors }}) * 1e0 / {{ responses }}, 2)
                    ) / {{ responses }}
                )
    end
{%- endmacro %}


{# Half the width of the 95 % interval of a net promoter score: 1.96 standard errors. #}
{% macro net_promoter_margin(promoters, detractors, responses) -%}
    1.96e0 * {{ net_promoter_standard_error(promoters, detractors, responses) }}
{%- endmacro %}


{#
    How far two net promoter scores lie apart in standard errors: z = delta / sqrt(SE1^2 + SE2^2), of independent samples.
    Null without responses, and where neither sample varies.
#}
{% macro net_promoter_change_z(promoters, detractors, responses, earlier_promoters, earlier_detractors, earlier_responses) -%}
    (
        {{ net_promoter_score(promoters, detractors, responses) }}
        - {{ net_promoter_score(earlier_promoters, earlier_detractors, earlier_responses) }}
    ) / nullif(sqrt(
        power({{ net_promoter_standard_error(promoters, detractors, responses) }}, 2)
        + power({{ net_promoter_standard_error(earlier_promoters, earlier_detractors, earlier_responses) }}, 2)
    ), 0e0)
{%- endmacro %}


{#
    Whether a net promoter score changed: up or down beyond 1.96 standard errors, else noise. Where nothing changed the verdict
    "changed" comes in 5 of 100 cases all the same. Null without an earlier score; samples below the minimum are too few to say.
#}
{% macro net_promoter_change_verdict(
    promoters, detractors, responses, earlier_promoters, earlier_detractors, earlier_responses, minimum
) -%}
    {%- set z = net_promoter_change_z(
        promoters, detractors, responses, earlier_promoters, earlier_detractors, earlier_responses
    ) -%}
    case
        when {{ responses }} > 0 and {{ earlier_responses }} > 0
            then
                case
                    when {{ responses }} < {{ minimum }} or {{ earlier_responses }} < {{ minimum }} then 'too few responses'
                    when {{ z }} > 1.96e0 then 'up'
                    when {{ z }} < -1.96e0 then 'down'
                    else 'noise'
                end
    end
{%- endmacro %}


{#
    A rate ratio beside a comparison group's: (after / before) / (comparison after / comparison before), and the ends of its
    95 % interval by the normal approximation of the logarithm: SE = sqrt of dispersion times the sum of 1 / count
    (quasi-Poisson: McCullagh and Nelder, Generalized Linear Models, 1989, 6.2.3; a dispersion of 1 is Poisson).
    `side` is null for the estimate, 'low' or 'high'. Null where a count is 0.
#}
{% macro adjusted_rate_ratio(before, after, other_before, other_after, side, dispersion='1e0') -%}
    ({{ after }}) * 1e0 * ({{ other_before }}) / nullif(({{ before }}) * 1e0 * ({{ other_after }}), 0e0)
    * exp({{ {'low': '-1.96e0', 'high': '1.96e0'}.get(side, '0e0') }} * sqrt({{ dispersion }} * (
        1e0 / nullif({{ before }}, 0) + 1e0 / nullif({{ after }}, 0)
        + 1e0 / nullif({{ other_before }}, 0) + 1e0 / nullif({{ other_after }}, 0)
    )))
{%- endmacro %}


{#
    Quantiles of durations some of which are not over yet, by Kaplan and Meier (1958): a duration still running is in
    the risk set until its length so far, and then leaves it without an event. A quantile is the shortest duration by
    which that share is over; one that is not reached is given as the longest duration seen, and flagged "at least".

    A select statement with one row per group: the group columns, and per quantile `<name>_median` or `<name>_p90`
    and `is_<name>_<quantile>_at_least`. Rows with a null duration are left out.

    relation: a CTE or table; group_columns: list; duration: seconds so far or in all; is_over: boolean.
#}
{% macro censored_quantiles(relation, group_columns, duration, is_over, name) -%}
    {%- set groups = group_columns | join(', ') -%}
    {%- set quantiles = [('median', '0.5e0'), ('p90', '0.9e0')] -%}
    select
        {{ groups }},
        {%- for label, share in quantiles %}
        coalesce(
            min(case when surviving_ratio <= 1e0 - {{ share }} + 1e-9 then duration_seconds end), max(duration_seconds)
        ) as {{ name }}_{{ label }},
        min(case when surviving_ratio <= 1e0 - {{ share }} + 1e-9 then duration_seconds end) is null
            as is_{{ name }}_{{ label }}_at_least{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {{ groups }},
            duration_seconds,
            case
                when
                    max(case when over_count = at_risk_count then 1 else 0 end) over (
                        partition by {{ groups }} order by duration_seconds nulls last
                        rows between unbounded preceding and current row
                    ) = 1
                    then 0e0
                else
                    exp(sum(case when over_count < at_risk_count then ln(1e0 - over_count * 1e0 / at_risk_count) end) over (
                        partition by {{ groups }} order by duration_seconds nulls last
                        rows between unbounded preceding and current row
                    ))
            end as surviving_ratio
        from (
            select
                {{ groups }},
                duration_seconds,
                over_count,
                sum(all_count) over (
                    partition by {{ groups }} order by duration_seconds desc nulls last
                    rows between unbounded preceding and current row
                ) as at_risk_count
            from (
                select
                    {{ groups }},
                    {{ duration }} as duration_seconds,
                    count(*) as all_count,
                    sum(case when {{ is_over }} then 1 else 0 end) as over_count
                from {{ relation }}
                where {{ duration }} is not null
                group by {{ groups }}, {{ duration }}
            ) as counted
        ) as at_risk
    ) as survival
    group by {{ groups }}
{%- endmacro %}
