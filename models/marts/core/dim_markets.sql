with markets as (
    select * from {{ ref('markets') }}
)

select
    market,
    market_label,
    time_zone
from markets
