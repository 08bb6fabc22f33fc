-- A fulfilment is a parcel. How far tracking reaches cannot be told but where there is no tracking number at all.
select
    regexp_extract(fulfillments.id, '[^/]+$') as delivery_id,
    orders.order_reference as order_id,
    fulfillments.tracking_company as carrier,
    fulfillments.origin_country_code as ships_from_country,
    case when fulfillments.has_tracking_number = 'false' then 'none' end as tracking,
    fulfillments.estimated_delivery_at as promised_at,
    coalesce(fulfillments.in_transit_at, fulfillments.created_at) as shipped_at,
    fulfillments.delivered_at,
    case
        when orders.id is null then 'its order was deleted in the shop'
        when fulfillments.status in ('CANCELLED', 'ERROR', 'FAILURE') then 'the fulfilment was cancelled or failed'
        when fulfillments.requires_shipping = 'false' then 'nothing is shipped'
    end as _drop_reason,
    fulfillments._row_id,
    fulfillments._seen_at
from fulfillments
left outer join orders on fulfillments.order_id = orders.id
