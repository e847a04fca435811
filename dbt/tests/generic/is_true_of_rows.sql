{#- A condition holds for every row; give it so that null counts as true or false as meant. -#}
{% test is_true_of_rows(model, condition) %}
select 1 as broken
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
