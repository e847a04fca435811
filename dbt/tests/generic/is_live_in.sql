{#- No row is of something that is marked deleted in another model. -#}
{% test is_live_in(model, records, key) %}
select shown.{{ key }}
from {{ model }} as shown
inner join {{ records }} as record on shown.{{ key }} = record.{{ key }}
where record.is_deleted
{% endtest %}
