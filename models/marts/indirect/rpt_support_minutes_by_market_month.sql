-- Contact intensity times average handle time: fewer contacts or shorter ones lower it, and neither can be gamed alone. A contact's
-- time is all work on it, whenever it was done; measured time goes before inferred, and the two are told apart.
with contacts as (
    select * from {{ ref('fct_tickets') }}
),

handle_times as (
    select * from {{ ref('fct_handle_times') }}
),

orders_by_day as (
    select * from {{ ref('int_orders_by_day') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('tickets', 'orders')
),

worked as (
    select
        ticket_key,
        sum(case when provenance = 'measured' then handle_calendar_seconds end) as measured_seconds,
        sum(case when provenance is distinct from 'measured' then handle_calendar_seconds end) as inferred_seconds
    from handle_times
    where ticket_key is not null
    group by ticket_key
),

counted as (
    select
        contacts.market,
        {{ month_of('contacts.created_date') }} as intensity_month,
        count(*) as contact_count,
        sum(case when contacts.is_resolved then 0 else 1 end) as unresolved_contact_count,
        count(worked.measured_seconds) as measured_contact_count,
        count(case when worked.measured_seconds is null then worked.inferred_seconds end) as inferred_contact_count,
        sum(worked.measured_seconds) as total_measured_seconds,
        sum(case when worked.measured_seconds is null then worked.inferred_seconds end) as total_inferred_seconds
    from contacts
    left outer join worked on contacts.ticket_key = worked.ticket_key
    group by contacts.market, {{ month_of('contacts.created_date') }}
),

exposure as (
    select
        market,
        {{ month_of('ordered_date') }} as intensity_month,
        sum(order_count) as order_count
    from orders_by_day
    group by market, {{ month_of('ordered_date') }}
),

joined as (
    select
        coalesce(counted.market, exposure.market) as market,
        coalesce(counted.intensity_month, exposure.intensity_month) as intensity_month,
        coalesce(exposure.order_count, 0) as order_count,
        coalesce(counted.contact_count, 0) as contact_count,
        coalesce(counted.unresolved_contact_count, 0) as unresolved_contact_count,
        coalesce(counted.measured_contact_count, 0) as measured_contact_count,
        coalesce(counted.inferred_contact_count, 0) as inferred_contact_count,
        coalesce(counted.measured_contact_count + counted.inferred_contact_count, 0) as handled_contact_count,
        counted.total_measured_seconds,
        counted.total_inferred_seconds,
        coalesce(counted.total_measured_seconds, 0e0) + coalesce(counted.total_inferred_seconds, 0e0) as total_seconds
    from counted
    full outer join exposure on counted.market = exposure.market and counted.intensity_month = exposure.intensity_month
)

select
    joined.market,
    case
        when joined.handled_contact_count > 0 and joined.order_count > 0 then cast(null as varchar)
        when joined.order_count = 0 then 'no orders in the month'
        when joined.contact_count = 0 then 'no contacts in the month'
        else 'no handle time of these contacts is known'
    end as missing_reason,
    cast(joined.contact_count as bigint) as contact_count,
    cast(joined.order_count as bigint) as order_count,
    100 * {{ ratio('joined.contact_count', 'joined.order_count') }} as contact_intensity,
    cast(joined.unresolved_contact_count as bigint) as unresolved_contact_count,
    cast(joined.measured_contact_count as bigint) as measured_contact_count,
    cast(joined.inferred_contact_count as bigint) as inferred_contact_count,
    cast(joined.handled_contact_count as bigint) as handled_contact_count,
    cast(joined.total_measured_seconds as double) as total_measured_handle_calendar_seconds,
    cast(joined.total_inferred_seconds as double) as total_inferred_handle_calendar_seconds,
    {{ ratio('joined.total_seconds', 'joined.handled_contact_count') }} as contact_handle_calendar_seconds_mean,
    {{ ratio('joined.contact_count', 'joined.order_count') }}
    * {{ ratio('joined.total_seconds', 'joined.handled_contact_count') }} / 60e0 as support_minutes_per_order,
    {{ next_month('joined.intensity_month') }} <= horizons.first_incomplete_date as is_complete,
    joined.intensity_month
from joined
cross join horizons
