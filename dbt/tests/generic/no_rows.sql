{#- The model is empty: for models that list what is wrong. -#}
{% test no_rows(model) %}
select 1 as found
from {{ model }}
{% endtest %}
