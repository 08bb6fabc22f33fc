-- Quarters, because a seller's month is mostly too few orders to say anything. Two clocks side by side: returns by the quarter
-- of shipping, items not received by that of the promised day.
with shipped as (
    select * from {{ ref('int_order_returns_expected') }}
),

due as (
    select * from {{ ref('int_order_inr_claims_expected') }}
),

minimum_counts as (
    select minimum_count from {{ ref('minimum_counts') }}
    where metric_name = 'seller_orders'
),

return_facts as (
    select * from {{ ref('fct_returns') }}
),

claim_facts as (
    select * from {{ ref('fct_inr_claims') }}
    where not is_proxy
),

-- Where no source delivers returns, or claims, nothing is known of them: null, not 0.
delivered as (
    select
        (select count(*) from return_facts) > 0 as has_returns,
        (select count(*) from claim_facts) > 0 as has_claims
),

returns as (
    select
        coalesce(seller_key, 'unknown') as seller_key,
        {{ quarter_of('shipped_date') }} as cohort_quarter,
        {{ completed_sums('shipped', 'has_requested_return') }},
        min(maturity_ratio) as maturity_ratio
    from shipped
    group by coalesce(seller_key, 'unknown'), {{ quarter_of('shipped_date') }}
),

claims as (
    select
        coalesce(seller_key, 'unknown') as seller_key,
        {{ quarter_of('promised_date') }} as cohort_quarter,
        {{ completed_sums('due', 'has_claim') }},
        min(maturity_ratio) as maturity_ratio
    from due
    group by coalesce(seller_key, 'unknown'), {{ quarter_of('promised_date') }}
),

joined as (
    select
        coalesce(returns.seller_key, claims.seller_key) as seller_key,
        coalesce(returns.cohort_quarter, claims.cohort_quarter) as cohort_quarter,
        {%- for name, flag in [('returns', 'has_returns'), ('claims', 'has_claims')] %}
            coalesce({{ name }}.order_count, 0) as {{ name }}_order_count,
            case when delivered.{{ flag }} then coalesce({{ name }}.case_count, 0) end as {{ name }}_case_count,
            {{ name }}.expected_count as {{ name }}_expected_count,
            {{ name }}.expected_error_count as {{ name }}_expected_error_count,
            {{ name }}.maturity_ratio as {{ name }}_maturity_ratio,
        {%- endfor %}
        minimum_counts.minimum_count
    from returns
    full outer join claims on returns.seller_key = claims.seller_key and returns.cohort_quarter = claims.cohort_quarter
    cross join minimum_counts
    cross join delivered
),

-- What all sellers of the quarter come to, which each is compared with.
compared as (
    select
        {%- for name in ['returns', 'claims'] %}
            {{ name }}_order_count >= minimum_count as is_enough_{{ name }},
            {%- for side in ['low', 'high'] %}
                {{ completed_bound(
                    name ~ '_case_count', name ~ '_order_count', name ~ '_expected_count', name ~ '_expected_error_count', side
                ) }} as {{ name }}_{{ side }}_ratio,
            {%- endfor %}
            sum({{ name }}_case_count) over (partition by cohort_quarter) * 1e0
            / nullif({{ exact_sum(name ~ '_expected_count', '(partition by cohort_quarter)') }}, 0)
                as {{ name }}_all_ratio,
        {%- endfor %}
        joined.*
    from joined
)

select
    seller_key,
    {%- for name in ['returns', 'claims'] %}
        case when not is_enough_{{ name }} then 'fewer than ' || cast(minimum_count as varchar) || ' orders' end
            as {{ 'return' if name == 'returns' else 'inr' }}_suppression_reason,
    {%- endfor %}
    {%- for name, whole, matured, part, metric in [
        ('returns', 'shipped_order_count', 'matured_shipped_order', 'return_requested_order_count', 'order_return'),
        ('claims', 'due_order_count', 'matured_due_order', 'inr_order_count', 'inr'),
    ] %}
        cast({{ name }}_order_count as bigint) as {{ whole }},
        cast({{ name }}_case_count as bigint) as {{ part }},
        case when is_enough_{{ name }} then {{ ratio(name ~ '_case_count', name ~ '_order_count') }} end as {{ metric }}_ratio,
        {{ name }}_expected_count as {{ matured }}_count,
        {{ name }}_expected_error_count as {{ matured }}_error_count,
        case when is_enough_{{ name }} then {{ completed_ratio(name ~ '_case_count', name ~ '_expected_count') }} end
            as {{ metric }}_completed_ratio,
        {%- for side in ['low', 'high'] %}
            case when is_enough_{{ name }} then {{ name }}_{{ side }}_ratio end as {{ metric }}_completed_{{ side }}_ratio,
        {%- endfor %}
        {{ name }}_maturity_ratio as {{ metric }}_maturity_ratio,
    {%- endfor %}
    -- Worse beyond chance: the interval lies above what all sellers together come to. One case alone is chance.
    {%- for name, metric in [('returns', 'order_return'), ('claims', 'inr')] %}
        case
            when is_enough_{{ name }} then {{ name }}_low_ratio > {{ name }}_all_ratio and {{ name }}_case_count > 1
        end as is_{{ metric }}_above_all,
    {%- endfor %}
    cohort_quarter
from compared
