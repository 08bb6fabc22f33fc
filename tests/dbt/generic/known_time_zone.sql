{# A row here is a time zone that the engine does not know: local times in it would fail the run. #}
{% test known_time_zone(model, column_name) %}
select relation.{{ column_name }}
from {{ model }} as relation
left outer join {{ known_time_zones() }} as known_zones on relation.{{ column_name }} = known_zones.time_zone
where relation.{{ column_name }} is not null and known_zones.time_zone is null
{% endtest %}
