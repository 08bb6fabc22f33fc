-- A dispute of Shopify Payments about goods that did not come; at first the bank only inquires.
select
    regexp_extract(id, '[^/]+$') as claim_id,
    order_reference as order_id,
    case when type = 'INQUIRY' then 'claim' else 'chargeback' end as origin,
    -- PREVENTED says that there will be no chargeback, and not who has the money.
    case
        when status in ('LOST', 'ACCEPTED', 'CHARGE_REFUNDED') then 'upheld'
        when status = 'WON' then 'rejected'
    end as outcome,
    initiated_at as opened_at,
    finalized_on as resolved_at,
    case when status in ('LOST', 'ACCEPTED', 'CHARGE_REFUNDED') then finalized_on end as refunded_at,
    case
        when reason <> 'PRODUCT_NOT_RECEIVED' then 'the dispute is about something else'
        when order_reference is null then 'the dispute names no order'
    end as _drop_reason,
    _row_id,
    _seen_at
from disputes
