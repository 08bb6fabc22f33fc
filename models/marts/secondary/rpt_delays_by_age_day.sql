-- The delay curves F: what every maturity and every completed estimate is taken from.
with delays as (
    {%- for kind, relation in [
        ("'return'", 'int_return_delays'), ("'item not received'", 'int_inr_delays'), ('case_kind', 'int_contact_delays'),
    ] %}
        select
            {{ kind }} as case_kind,
            delay_days,
            case_count,
            at_risk_case_count,
            window_days,
            share_ratio,
            share_error_ratio
        from {{ ref(relation) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    case_kind,
    delay_days,
    case_count,
    at_risk_case_count,
    window_days as longest_delay_days,
    share_ratio as delayed_at_most_ratio,
    share_ratio * exp(-1.959963984540054e0 * share_error_ratio) as delayed_at_most_low_ratio,
    least(share_ratio * exp(1.959963984540054e0 * share_error_ratio), 1e0) as delayed_at_most_high_ratio,
    share_ratio >= 0.95e0 as is_mature
from delays
where window_days is not null and delay_days < window_days
