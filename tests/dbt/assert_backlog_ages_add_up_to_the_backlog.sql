{{ config(meta={"dagster": {"ref": {"name": "rpt_backlog_ages_by_week"}}}) }}
-- The open contacts of all markets and ages at the end of a week are the backlog of its Sunday. A row here is a week for which
-- they are not: a contact is lost or doubled on the way into the report by age.
with ages as (
    select
        backlog_week,
        sum(open_count) as open_count
    from {{ ref('rpt_backlog_ages_by_week') }}
    where is_complete
    group by backlog_week
),

evenings as (
    select
        {{ week_of('backlog_date') }} as backlog_week,
        open_count
    from {{ ref('rpt_backlogs_by_day') }}
    where {{ iso_weekday('backlog_date') }} = 7 and is_complete
)

select
    evenings.backlog_week,
    evenings.open_count,
    ages.open_count as aged_count
from evenings
left outer join ages on evenings.backlog_week = ages.backlog_week
where evenings.open_count <> coalesce(ages.open_count, 0)
