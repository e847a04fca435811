{#- Every key of the raw table is in the model: rows are typed and marked, never dropped. -#}
{% test keeps_every_row(model, raw_table) %}
select raw._record_key
from {{ raw_table }} as raw
left join {{ model }} as modelled on raw._record_key = modelled.record_key
where modelled.record_key is null
{% endtest %}
