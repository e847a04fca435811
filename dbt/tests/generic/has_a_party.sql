{#- Every live activity has at least one party. -#}
{% test has_a_party(model) %}
select activity.activity_id
from {{ model }} as activity
left join {{ ref('int_activity_parties') }} as party on activity.activity_id = party.activity_id
where not activity.is_deleted and party.activity_id is null
{% endtest %}
