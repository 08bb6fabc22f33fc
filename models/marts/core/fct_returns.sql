with returns as (
    select * from {{ ref('int_returns_classified') }}
)

select
    return_key,
    order_key,
    order_item_key,
    source_name,
    market,
    return_reason,
    cast(unit_count as bigint) as unit_count,
    case
        when requested_at >= shipped_at then {{ epoch_seconds('requested_at') }} - {{ epoch_seconds('shipped_at') }}
    end as ship_to_request_calendar_seconds,
    is_order_unknown,
    is_requested_before_order,
    {{ reporting_date('requested_at') }} as requested_date,
    requested_at,
    received_at,
    refunded_at
from returns
where exclusion_reason is null
