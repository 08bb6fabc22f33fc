-- A row here is a formula of workforce planning that no longer gives a value it must hit (half a unit of the last digit is allowed).
with calls as (
    select
        'calls' as channel,
        100 * 600 / 1800e0 as erlangs,
        600 as handle_seconds,
        20 as target_seconds
),

erlang as (
    {{ erlang_c('calls', ['channel'], 'erlangs', 'handle_seconds', 'target_seconds') }}
),

cases as (
    select
        'erlangs of 100 calls in half an hour, 600 s each' as golden_case,
        erlangs as computed,
        33.33e0 as expected,
        0.005e0 as tolerance
    from calls
    {% for agents, column, expected, tolerance in [
        (39, 'wait_ratio', '0.2540e0', '0.00005e0'), (39, 'in_time_ratio', '0.7897e0', '0.00005e0'),
        (39, 'occupancy_ratio', '0.855e0', '0.0005e0'), (40, 'in_time_ratio', '0.8473e0', '0.00005e0'),
        (33, 'wait_ratio', '1e0', '0e0'), (33, 'in_time_ratio', '0e0', '0e0'), (500, 'wait_ratio', '0e0', '1e-100'),
    ] %}
        union all
        select
            '{{ agents }} agents: {{ column }}' as golden_case,
            max(case when agent_count = {{ agents }} then {{ column }} end) as computed,
            {{ expected }} as expected,
            {{ tolerance }} as tolerance
        from erlang
    {% endfor %}
    {% for working_days, expected in [(7, '20.83e0'), (5, '29.17e0')] %}
        union all
        select
            'places for 1,000,000 daily active, {{ working_days }} days worked' as golden_case,
            {{ full_time_equivalents(1000000, '0.001e0', 10, 8, 7, working_days) }} as computed,
            {{ expected }} as expected,
            0.005e0 as tolerance
    {% endfor %}
)

select *
from cases
where computed is null or abs(computed - expected) > tolerance
