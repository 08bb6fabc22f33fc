{#
    The business clock: how the tables of models/intermediate/calendars are built and read. Engine differences are in
    portable.sql; the rules of what is open are in the models.

    int_calendar_days has one row per calendar and UTC day with B, the seconds that the calendar was open from the
    grid's start to that day's midnight, and the day's open windows. Elapsed business seconds are B(later instant) less
    B(earlier instant): two equi-joins, whatever the length of the ticket.

        select
            tickets.ticket_key,
            {{ business_seconds_between(
                'tickets.created_at', 'created_days', 'tickets.solved_at', 'solved_days'
            ) }} as resolution_business_seconds
        from tickets
        left outer join {{ ref('int_calendar_days') }} as created_days
            on
                tickets.calendar_key = created_days.calendar_key
                and cast(tickets.created_at as date) = created_days.utc_date
        left outer join {{ ref('int_calendar_days') }} as solved_days
            on
                tickets.calendar_key = solved_days.calendar_key
                and cast(tickets.solved_at as date) = solved_days.utc_date

    The joins are left joins: an unknown calendar, a null instant, or one outside the grid gives null, never 0.
#}


{# How many open windows a UTC day has room for; assert_no_calendar_day_needs_more_windows guards it. #}
{% macro max_open_windows() -%}
    {{ return(6) }}
{%- endmacro %}


{#
    B: seconds for which the calendar was open from the grid's start to the instant, as bigint; null when there is no
    day row or no instant. `day_alias` is int_calendar_days, joined on calendar_key and on the instant's UTC date.
    A fraction of a second is cut off: business seconds never exceed calendar seconds if those are the difference of
    two epoch_seconds() too.
#}
{% macro business_seconds_at(instant, day_alias) -%}
    case
        when {{ instant }} is not null
            then
                {{ day_alias }}.open_seconds_before_day
                {%- for number in range(1, max_open_windows() + 1) %}
                {%- set starts = day_alias ~ '.open_' ~ number ~ '_start_epoch' %}
                {%- set ends = day_alias ~ '.open_' ~ number ~ '_end_epoch' %}
                + coalesce(greatest(least({{ epoch_seconds(instant) }}, {{ ends }}) - {{ starts }}, 0), 0)
                {%- endfor %}
    end
{%- endmacro %}


{#
    Business seconds from one instant to another, each with its own day row; negative when the second instant comes
    first, null when either side is (see business_seconds_at).
#}
{% macro business_seconds_between(from_instant, from_day_alias, to_instant, to_day_alias) -%}
    (
        {{ business_seconds_at(to_instant, to_day_alias) }}
        - {{ business_seconds_at(from_instant, from_day_alias) }}
    )
{%- endmacro %}


{# How far an IANA zone's wall clock is ahead of UTC at an instant, in seconds, as bigint. #}
{% macro utc_offset_seconds(instant, time_zone) -%}
    ({{ epoch_seconds(utc_to_local(instant, time_zone)) }} - {{ epoch_seconds(instant) }})
{%- endmacro %}


{#
    Seconds from midnight to a wall-clock time written HH:MM or HH:MM:SS, as bigint; 24:00 is 86400. Null when the text
    is anything else: assert_calendar_hours_are_readable and assert_calendar_holidays_are_readable name such rows.
#}
{% macro local_time_seconds(text) -%}
    case
        when {{ text }} = '24:00' or {{ text }} = '24:00:00' then cast(86400 as bigint)
        when {{ matches_pattern(text, "'^([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'") }}
            then
                3600 * cast(split_part({{ text }}, ':', 1) as bigint)
                + 60 * cast(split_part({{ text }}, ':', 2) as bigint)
                + cast(coalesce(nullif(split_part({{ text }}, ':', 3), ''), '0') as bigint)
    end
{%- endmacro %}
