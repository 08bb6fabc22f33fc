{{ config(meta={"dagster": {"ref": {"name": "rpt_contact_intensity_changes_by_week"}}}) }}
-- A row here is a week whose parts do not add up to the change of contact intensity: somebody would be blamed for what nobody did,
-- or the largest part would be missing.
with weeks as (
    select * from {{ ref('rpt_contact_intensity_changes_by_week') }}
),

parts as (
    select * from {{ ref('rpt_contact_intensity_changes_by_reason_market_week') }}
),

added_up as (
    select
        intensity_week,
        sum(rate_change_per_hundred_orders + mix_change_per_hundred_orders) as change_per_hundred_orders,
        sum(contact_count) as contact_count,
        sum(previous_contact_count) as previous_contact_count
    from parts
    group by intensity_week
)

select
    weeks.intensity_week,
    weeks.change_per_hundred_orders,
    added_up.change_per_hundred_orders as added_up_per_hundred_orders
from weeks
full outer join added_up on weeks.intensity_week = added_up.intensity_week
where
    (weeks.change_per_hundred_orders is null) <> (added_up.intensity_week is null)
    or abs(weeks.change_per_hundred_orders - added_up.change_per_hundred_orders) > 1e-9
    or weeks.contact_count <> added_up.contact_count
    or weeks.previous_contact_count <> added_up.previous_contact_count
