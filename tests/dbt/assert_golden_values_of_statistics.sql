-- A row here is a formula that no longer gives a value it must hit (half a unit of the last digit is allowed).
with cases as (
    select
        'nps 32/13/6' as golden_case,
        {{ net_promoter_score(32, 6, 51) }} as computed,
        50.98e0 as expected,
        0.005e0 as tolerance
    union all
    select
        'nps margin 32/13/6' as golden_case,
        {{ net_promoter_margin(32, 6, 51) }} as computed,
        19.12e0 as expected,
        0.005e0 as tolerance
    union all
    select
        'nps 300/200/100' as golden_case,
        {{ net_promoter_score(300, 100, 600) }} as computed,
        33.33e0 as expected,
        0.005e0 as tolerance
    union all
    select
        'nps margin 300/200/100' as golden_case,
        {{ net_promoter_margin(300, 100, 600) }} as computed,
        5.96e0 as expected,
        0.005e0 as tolerance
    union all
    select
        'nps 32/13/6 after 300/200/100' as golden_case,
        {{ net_promoter_change_z(32, 6, 51, 300, 100, 600) }} as computed,
        1.73e0 as expected,
        0.005e0 as tolerance
    union all
    select
        'nps 250/200/150 after 300/200/100' as golden_case,
        {{ net_promoter_change_z(250, 150, 600, 300, 100, 600) }} as computed,
        -3.74e0 as expected,
        0.005e0 as tolerance
    {# Where weeks scatter four times as much as chance, the interval is twice as wide on the scale of logarithms. #}
    {% for side, dispersion, expected in [
        (none, '1e0', '0.500e0'), ('low', '1e0', '0.231e0'), ('high', '1e0', '1.082e0'),
        ('low', '4e0', '0.107e0'), ('high', '4e0', '2.340e0'),
    ] %}
        union all
        select
            'change from 40 to 10 beside 100 to 50, {{ side or "estimate" }}, dispersion {{ dispersion }}' as golden_case,
            {{ adjusted_rate_ratio(40, 10, 100, 50, side, dispersion) }} as computed,
            {{ expected }} as expected,
            0.0005e0 as tolerance
    {% endfor %}
    -- 8 returns of 100 orders, F 0.5 on average with an error of a tenth: 0.16 [0.0799, 0.3091]; without a return 0 to 0.0900.
    {% for cases, side, expected in [(8, 'low', '0.0799e0'), (8, 'high', '0.3091e0'), (0, 'low', '0e0'), (0, 'high', '0.0900e0')] %}
        union all
        select
            'completed {{ side }} {{ cases }}/100' as golden_case,
            {{ completed_bound(cases, 100, '50e0', '5e0', side) }} as computed,
            {{ expected }} as expected,
            0.00005e0 as tolerance
    {% endfor %}
    {% for successes, trials, low, high in [
        (13, 15, '0.621e0', '0.963e0'), (8, 10, '0.490e0', '0.943e0'),
        (90, 100, '0.826e0', '0.945e0'), (5, 5, '0.566e0', '1.000e0'),
    ] %}
        union all
        select
            'wilson low {{ successes }}/{{ trials }}' as golden_case,
            {{ wilson_bound(successes, trials, 'low') }} as computed,
            {{ low }} as expected,
            0.0005e0 as tolerance
        union all
        select
            'wilson high {{ successes }}/{{ trials }}' as golden_case,
            {{ wilson_bound(successes, trials, 'high') }} as computed,
            {{ high }} as expected,
            0.0005e0 as tolerance
    {% endfor %}
    -- The exact limits; the approximation may be off by a hundredth.
    {% for events, low, high in [(3, '0.619e0', '8.767e0'), (10, '4.795e0', '18.390e0'), (50, '37.111e0', '65.919e0')] %}
        union all
        select
            'poisson low {{ events }}' as golden_case,
            {{ poisson_bound(events, 'low') }} as computed,
            {{ low }} as expected,
            0.02e0 as tolerance
        union all
        select
            'poisson high {{ events }}' as golden_case,
            {{ poisson_bound(events, 'high') }} as computed,
            {{ high }} as expected,
            0.02e0 as tolerance
    {% endfor %}
)

select *
from cases
where computed is null or abs(computed - expected) > tolerance
