-- A dispute about goods that did not come is a claim; once it is escalated or comes from a bank, a chargeback.
select
    dispute_id as claim_id,
    order_reference as order_id,
    case
        when dispute_channel = 'EXTERNAL' or dispute_life_cycle_stage in ('CHARGEBACK', 'PRE_ARBITRATION', 'ARBITRATION')
            then 'chargeback'
        else 'claim'
    end as origin,
    case
        when status <> 'RESOLVED' then null
        when outcome_code in ('RESOLVED_BUYER_FAVOUR', 'RESOLVED_WITH_PAYOUT') then 'upheld'
        when outcome_code in ('CANCELED_BY_BUYER') then 'withdrawn'
        when outcome_code in ('RESOLVED_SELLER_FAVOUR', 'DENIED') then 'rejected'
    end as outcome,
    create_time as opened_at,
    case when status = 'RESOLVED' then update_time end as resolved_at,
    case when status = 'RESOLVED' and try_cast(amount_refunded_value as double) > 0 then update_time end as refunded_at,
    case
        when reason <> 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED' then 'the dispute is about something else'
        when order_reference is null then 'the disputed payment names no order'
    end as _drop_reason,
    _row_id,
    _seen_at
from disputes
