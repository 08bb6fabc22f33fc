-- What a unit of a currency is worth in US dollars on any day: the newest rate of at most a week before. A dollar is a dollar.
with exchange_rates as (
    select * from {{ ref('stg_contract__exchange_rates') }}
    where currency_code <> 'USD' and usd_per_unit > 0
),

-- Two sources that state a rate for the same day are both believed.
stated as (
    select
        currency_code,
        avg(usd_per_unit) as usd_per_unit,
        rate_date
    from exchange_rates
    group by currency_code, rate_date
),

followed as (
    select
        *,
        lead(rate_date) over (partition by currency_code order by rate_date asc nulls last) as next_rate_date
    from stated
)

select
    currency_code,
    usd_per_unit,
    rate_date as valid_from_date,
    least(coalesce(next_rate_date, {{ add_days('rate_date', 7) }}), {{ add_days('rate_date', 7) }}) as valid_before_date
from followed
union all
select
    'USD' as currency_code,
    cast(1 as double) as usd_per_unit,
    date '1900-01-01' as valid_from_date,
    date '9999-12-31' as valid_before_date
