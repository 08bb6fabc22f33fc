{#
    Days, weeks and months of the reporting time zone (a setting of the installation). Midnight there begins a day;
    weeks begin on Monday (ISO 8601). No report computes a local date in any other way.
#}


{# The reporting time zone's date at an instant. #}
{% macro reporting_date(instant) -%}
    cast({{ utc_to_local(instant, "'" ~ var('reporting_time_zone') ~ "'") }} as date)
{%- endmacro %}


{# The instant at which a date begins in the reporting time zone. #}
{% macro reporting_midnight(day) -%}
    {{ local_to_utc('cast(' ~ day ~ ' as timestamp)', "'" ~ var('reporting_time_zone') ~ "'") }}
{%- endmacro %}


{# The Monday of a date's week. #}
{% macro week_of(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}


{# The first day of a date's month. #}
{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}


{# The first day of a date's calendar quarter. #}
{% macro quarter_of(day) -%}
    cast(date_trunc('quarter', {{ day }}) as date)
{%- endmacro %}


{# The first day of the month after a month's first day. #}
{% macro next_month(month) -%}
    cast(date_trunc('month', {{ add_days(month, 32) }}) as date)
{%- endmacro %}


{# Whole days from one date to another, as bigint; negative when the second comes first. #}
{% macro whole_days_between(from_day, to_day) -%}
    cast(
        ({{ epoch_seconds('cast(' ~ to_day ~ ' as timestamp)') }} - {{ epoch_seconds('cast(' ~ from_day ~ ' as timestamp)') }})
        / 86400 as bigint
    )
{%- endmacro %}
