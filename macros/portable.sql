{#
    Everything in which SQL engines differ, and nothing else: no business rule lives here.

    A model calls the macro (`epoch_seconds(...)`), which dispatches to the implementation of the engine in use. The
    `default__` implementations are DuckDB's; another engine's stand beside them (`spark__epoch_seconds`, ...).
    Arguments and results are SQL expressions. An "instant" is a timestamp without time zone that holds UTC; a "local
    time" is one that holds the wall clock of some zone. Both engines' sessions run in UTC.
#}


{# Whole seconds from 1970-01-01 00:00 UTC to an instant, as bigint; a fraction of a second is cut off downwards. #}
{% macro epoch_seconds(instant) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'support_metrics')(instant)) }}
{%- endmacro %}

{% macro default__epoch_seconds(instant) -%}
    cast(floor(epoch({{ instant }})) as bigint)
{%- endmacro %}


{# An instant moved by a number of seconds (an integer expression; negative moves it back). #}
{% macro add_seconds(instant, seconds) -%}
    {{ return(adapter.dispatch('add_seconds', 'support_metrics')(instant, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(instant, seconds) -%}
    ({{ instant }} + to_seconds(cast({{ seconds }} as bigint)))
{%- endmacro %}


{# An instant moved by a number of minutes (an integer expression; negative moves it back). #}
{% macro add_minutes(instant, minutes) -%}
    {{ return(adapter.dispatch('add_minutes', 'support_metrics')(instant, minutes)) }}
{%- endmacro %}

{% macro default__add_minutes(instant, minutes) -%}
    ({{ instant }} + to_minutes(cast({{ minutes }} as bigint)))
{%- endmacro %}


{# A date moved by a number of days (an integer expression; negative moves it back). The result is a date. #}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days', 'support_metrics')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    (cast({{ day }} as date) + cast({{ days }} as integer))
{%- endmacro %}


{# The weekday of a date or timestamp by ISO 8601: 1 is Monday, 7 is Sunday. #}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday', 'support_metrics')(day)) }}
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    cast(isodow({{ day }}) as bigint)
{%- endmacro %}


{# The wall clock of an IANA zone at an instant. The engine raises an error on a zone that it does not know. #}
{% macro utc_to_local(instant, time_zone) -%}
    {{ return(adapter.dispatch('utc_to_local', 'support_metrics')(instant, time_zone)) }}
{%- endmacro %}

{% macro default__utc_to_local(instant, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}


{#
    The instant at which an IANA zone's wall clock shows a local time. A time that a daylight-saving change skips moves
    on by the length of the gap; of a time that comes twice the later instant is meant. Where both matter, as in the
    business clock, go the other way: from instants to local times.
#}
{% macro local_to_utc(local_time, time_zone) -%}
    {{ return(adapter.dispatch('local_to_utc', 'support_metrics')(local_time, time_zone)) }}
{%- endmacro %}

{% macro default__local_to_utc(local_time, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ local_time }}))
{%- endmacro %}


{#
    A relation with one column, time_zone: the names of the IANA zones that the engine knows. DuckDB's list comes from
    ICU, which also has names of its own that mean something else to others (IST is India there); they are left out.
#}
{% macro known_time_zones() -%}
    {{ return(adapter.dispatch('known_time_zones', 'support_metrics')()) }}
{%- endmacro %}

{% macro default__known_time_zones() -%}
    (
        select name as time_zone
        from pg_timezone_names()
        where
            name not like 'SystemV/%'
            and name not in (
                'ACT', 'AET', 'AGT', 'ART', 'AST', 'BET', 'BST', 'CAT', 'CNT', 'CST', 'CTT', 'EAT', 'ECT', 'IET', 'IST',
                'JST', 'MIT', 'NET', 'NST', 'PLT', 'PNT', 'PRT', 'PST', 'SST', 'VST',
                'Canada/East-Saskatchewan', 'US/Pacific-New'
            )
    )
{%- endmacro %}


{# In a select list: one row per date from the first to the last, both included; no rows when either is null. #}
{% macro each_date(first_date, last_date) -%}
    {{ return(adapter.dispatch('each_date', 'support_metrics')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__each_date(first_date, last_date) -%}
    cast(unnest(generate_series(
        cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval '1' day
    )) as date)
{%- endmacro %}


{# In a select list: one row per whole number from the first to the last, both included, as bigint. #}
{% macro each_integer(first_integer, last_integer) -%}
    {{ return(adapter.dispatch('each_integer', 'support_metrics')(first_integer, last_integer)) }}
{%- endmacro %}

{% macro default__each_integer(first_integer, last_integer) -%}
    unnest(generate_series(cast({{ first_integer }} as bigint), cast({{ last_integer }} as bigint)))
{%- endmacro %}


{# True when a text matches a pattern anywhere, a regular expression in quotes; null when the text is null. #}
{% macro matches_pattern(text, pattern) -%}
    {{ return(adapter.dispatch('matches_pattern', 'support_metrics')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches_pattern(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}


{# In a select list: one row per part of a text between separators, in quotes; no row when the text is null. #}
{% macro each_part(text, separator) -%}
    {{ return(adapter.dispatch('each_part', 'support_metrics')(text, separator)) }}
{%- endmacro %}

{% macro default__each_part(text, separator) -%}
    unnest(string_split({{ text }}, {{ separator }}))
{%- endmacro %}


{# Days from one date to another, as bigint; negative when the second is earlier. #}
{% macro calendar_days_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('calendar_days_between', 'support_metrics')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__calendar_days_between(first_date, last_date) -%}
    date_diff('day', cast({{ first_date }} as date), cast({{ last_date }} as date))
{%- endmacro %}
