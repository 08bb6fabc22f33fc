{#
    Formulas of workforce planning, each with its source. What is assumed stands in the seeds, what is measured in the models.
#}


{#
    Full-time places that a day's demand needs for the work itself, before shrinkage: active customers x contact rate x minutes
    / 60 / hours of a working day, x days with demand / days worked of a week (1,000,000 x 0.1 % x 10 minutes in days of 8 hours:
    20.83; x 7/5: 29.17).
#}
{% macro full_time_equivalents(active_customers, contact_rate, minutes, hours_per_day, demand_days, working_days) -%}
    (
        ({{ active_customers }}) * 1e0 * {{ contact_rate }} * {{ minutes }} / 60e0 / nullif({{ hours_per_day }}, 0)
        * {{ demand_days }} / nullif({{ working_days }}, 0)
    )
{%- endmacro %}


{#
    Erlang C (Erlang 1917): for each row of a relation and each number of agents from 1 to most_agents, the share of contacts that
    wait, the share answered within a target and the agents' occupancy. A select statement with the columns keys, agent_count,
    wait_ratio, in_time_ratio, occupancy_ratio.

    With a load of a erlangs (contacts x seconds of handling / seconds of the period), the wait probability is
    B / (1 - a/n (1 - B)), where B = (a^n / n!) / sum of a^k / k! for k = 0..n is the loss of a system without a queue. The terms
    are taken as exp(k ln a - ln k! - the largest such exponent), which neither overflows nor loses digits for hundreds of agents.
    Where the load is not below the number of agents the queue grows without end: all wait, and none is answered in time.

    relation: a CTE or table, one row per key columns; load: erlangs; handle_seconds, target_seconds: seconds.
#}
{% macro erlang_c(relation, key_columns, load, handle_seconds, target_seconds, most_agents=500) -%}
    {%- set keys = key_columns | join(', ') -%}
    select
        {{ keys }},
        cast(agent_count as bigint) as agent_count,
        case when load_erlangs < agent_count then wait_ratio else 1e0 end as wait_ratio,
        case
            when load_erlangs < agent_count
                then 1e0 - wait_ratio * exp(
                    -(agent_count - load_erlangs) * wait_limit_seconds * 1e0 / mean_handle_seconds
                )
            else 0e0
        end as in_time_ratio,
        least(load_erlangs / agent_count, 1e0) as occupancy_ratio
    from (
        select
            *,
            loss_ratio / (1e0 - load_erlangs / agent_count * (1e0 - loss_ratio)) as wait_ratio
        from (
            select
                *,
                exp(exponent - largest_exponent) / sum(exp(exponent - largest_exponent)) over (
                    partition by {{ keys }} order by agent_count asc nulls last
                    rows between unbounded preceding and current row
                ) as loss_ratio
            from (
                select
                    *,
                    max(exponent) over (partition by {{ keys }}) as largest_exponent
                from (
                    select
                        loads.*,
                        agents.agent_count,
                        agents.agent_count * ln(loads.load_erlangs) - agents.ln_factorial as exponent
                    from (
                        select
                            {{ keys }},
                            {{ load }} * 1e0 as load_erlangs,
                            {{ handle_seconds }} as mean_handle_seconds,
                            {{ target_seconds }} as wait_limit_seconds
                        from {{ relation }}
                        where {{ load }} > 0
                    ) as loads
                    cross join (
                        select
                            agent_count,
                            sum(case when agent_count = 0 then 0e0 else ln(greatest(agent_count, 1)) end) over (
                                order by agent_count asc nulls last rows between unbounded preceding and current row
                            ) as ln_factorial
                        from (select {{ each_integer(0, most_agents) }} as agent_count) as numbers
                    ) as agents
                ) as exponents
            ) as scaled
        ) as shares
        where agent_count > 0
    ) as waits
{%- endmacro %}
