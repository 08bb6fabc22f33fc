{#
    What contacts cost. There is one definition: a week's whole cost of the team, shared out by handle time (int_handle_times_costed).
    Every report sums the same shares by the same macros, so that any two that cover the same work agree to the last decimal.
#}


{#
    Aggregates of rows of int_contact_costs: contacts worked on, those of them all of whose work has a known cost, time and cost.
    Work whose cost is not known adds nothing to the cost, and leaves a sum of nothing null. Of several caveats the gravest is told,
    which is the last one in the alphabet.
#}
{% macro summed_work(relation) -%}
    count(distinct {{ relation }}.ticket_key) as timed_contact_count,
    count(distinct {{ relation }}.ticket_key)
    - count(distinct case when {{ relation }}.caused_cost_usd is null then {{ relation }}.ticket_key end) as costed_contact_count,
    sum({{ relation }}.handle_calendar_seconds) as total_handle_calendar_seconds,
    {{ exact_sum(relation ~ '.caused_cost_usd') }} as caused_cost_usd,
    max({{ relation }}.cost_caveat) as cost_caveat
{%- endmacro %}


{# Why a cost is not known, too low or not final; null when it is known. `work`: a relation with what summed_work counted. #}
{% macro cost_missing_reason(work) -%}
    case
        when coalesce({{ work }}.timed_contact_count, 0) = 0 then 'no working time is known'
        when {{ work }}.caused_cost_usd is null then 'no cost of the weeks is known'
        when {{ work }}.costed_contact_count < {{ work }}.timed_contact_count then 'the cost of some weeks is not known'
        else {{ work }}.cost_caveat
    end
{%- endmacro %}


{# A cost of which no week is missing, else null: half a cost per contact is none. #}
{% macro whole_cost(work) -%}
    case when {{ work }}.costed_contact_count = {{ work }}.timed_contact_count then {{ work }}.caused_cost_usd end
{%- endmacro %}
