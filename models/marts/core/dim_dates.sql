with horizons as (
    select * from {{ ref('int_source_horizons') }}
),

tickets as (
    select * from {{ ref('int_tickets_classified') }}
),

orders as (
    select * from {{ ref('int_orders_shipped') }}
),

reviews as (
    select * from {{ ref('int_app_reviews_classified') }}
),

nps_responses as (
    select * from {{ ref('int_nps_responses_classified') }}
),

csat_responses as (
    select * from {{ ref('int_csat_responses_classified') }}
),

first_instants as (
    select min(created_at) as first_at from tickets
    union all
    select min(ordered_at) as first_at from orders
    union all
    select min(reviewed_at) as first_at from reviews
    union all
    select min(responded_at) as first_at from nps_responses
    union all
    select min(responded_at) as first_at from csat_responses
),

bounds as (
    select
        (select min({{ reporting_date('first_at') }}) from first_instants) as first_date,
        (select max({{ reporting_date('complete_through_at') }}) from horizons) as last_date
),

dates as (
    select {{ each_date('first_date', 'last_date') }} as calendar_date
    from bounds
    where first_date is not null and last_date is not null
)

select
    cast({{ iso_weekday('calendar_date') }} as integer) as iso_weekday,
    calendar_date,
    {{ week_of('calendar_date') }} as calendar_week,
    {{ month_of('calendar_date') }} as calendar_month,
    {{ quarter_of('calendar_date') }} as calendar_quarter
from dates
