{#
    What the reports of contact intensity share: windows and classes of the installation's seeds. Formulas of statistics stand in
    statistics.sql.
#}


{# How many days after an order its contacts are counted in its cohort. Returns and their questions come later than most. #}
{% macro contact_cohort_days() -%}
    {{ return(30) }}
{%- endmacro %}


{# Whole and parts of days from one instant to another; negative when the second comes first. #}
{% macro days_between(from_instant, to_instant) -%}
    ({{ epoch_seconds(to_instant) }} - {{ epoch_seconds(from_instant) }}) / 86400e0
{%- endmacro %}


{# A join's condition: the class of the seed customer_ages that a number of days falls into. #}
{% macro is_of_age(days) -%}
    {{ days }} >= coalesce(customer_ages.from_day, {{ days }})
    and ({{ days }} < customer_ages.until_day or customer_ages.until_day is null)
{%- endmacro %}
