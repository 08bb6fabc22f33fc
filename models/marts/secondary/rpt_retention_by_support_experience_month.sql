-- An association: who writes to support orders more, or has had trouble, and would have stayed or left for that reason as well.
{% set experiences = ['no contact', 'answer not known', 'answered in time', 'answered late', 'unanswered'] %}

with people as (
    select * from {{ ref('int_people_by_month') }}
    where market = 'all'
),

contacts as (
    select * from {{ ref('fct_tickets') }}
),

customers_linked as (
    select * from {{ ref('int_customers_linked') }}
),

waits as (
    select * from {{ ref('int_first_response_waits') }}
),

horizons as (
    select min(first_incomplete_date) as first_incomplete_date
    from {{ ref('int_entity_horizons') }}
    where entity_name in ('orders', 'tickets')
),

-- Of several contacts in the month the worst counts.
contacted as (
    select
        customers_linked.person_key,
        {{ month_of('contacts.created_date') }} as active_month,
        max(case
            when waits.ticket_key is null then 1
            when waits.is_within_target then 2
            when waits.is_answered then 3
            else 4
        end) as worst_number
    from contacts
    inner join customers_linked on contacts.customer_key = customers_linked.customer_key
    left outer join waits on contacts.ticket_key = waits.ticket_key
    group by customers_linked.person_key, {{ month_of('contacts.created_date') }}
),

counted as (
    select
        coalesce(contacted.worst_number, 0) as experience_number,
        people.active_month,
        {{ next_month('people.active_month') }} as month_1,
        {{ next_month(next_month(next_month('people.active_month'))) }} as month_3,
        count(*) as active_count,
        sum(case when people.next_active_month = {{ next_month('people.active_month') }} then 1 else 0 end) as next_month_count,
        sum(case when people.next_active_month <= {{ next_month(next_month(next_month('people.active_month'))) }} then 1 else 0 end)
            as three_month_count
    from people
    left outer join contacted
        on people.person_key = contacted.person_key and people.active_month = contacted.active_month
    group by coalesce(contacted.worst_number, 0), people.active_month
),

-- What is not over yet is not known.
known as (
    select
        counted.experience_number,
        counted.active_month,
        counted.active_count,
        case when {{ next_month('counted.month_1') }} <= horizons.first_incomplete_date then counted.next_month_count end
            as next_month_count,
        case when {{ next_month('counted.month_3') }} <= horizons.first_incomplete_date then counted.three_month_count end
            as three_month_count,
        {{ next_month('counted.month_3') }} <= horizons.first_incomplete_date as is_complete
    from counted
    cross join horizons
)

select
    case experience_number
        {%- for experience in experiences %}
            when {{ loop.index0 }} then '{{ experience }}'
        {%- endfor %}
    end as support_experience,
    cast(active_count as bigint) as ordering_customer_count,
    {%- for name in ['next_month', 'three_month'] %}
        cast({{ name }}_count as bigint) as {{ name }}_customer_count,
        {{ ratio(name ~ '_count', 'active_count') }} as {{ name }}_retention_ratio,
        {{ wilson_bound(name ~ '_count', 'active_count', 'low') }} as {{ name }}_retention_low_ratio,
        {{ wilson_bound(name ~ '_count', 'active_count', 'high') }} as {{ name }}_retention_high_ratio,
    {%- endfor %}
    is_complete,
    active_month
from known
