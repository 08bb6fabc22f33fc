{#
    Figures in words: how numbers stand in sentences that the warehouse writes. They say nothing of what the numbers mean.
#}


{# A number as text with a fixed number of decimals, as '14.3'; half a unit goes away from zero, and -0.0 is 0.0. #}
{% macro figure(value, decimals) -%}
    cast(cast(round({{ value }}, {{ decimals }}) as decimal(18, {{ decimals }})) as varchar)
{%- endmacro %}


{# A whole number and its noun, as '1 contact' or '23 contacts'; of a fraction the nearest whole number. #}
{% macro counted_noun(value, noun) -%}
    cast(cast(round({{ value }}, 0) as bigint) as varchar)
    || case when round({{ value }}, 0) = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
