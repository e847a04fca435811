{#- The records counted are the live records of the membership: none lost, none twice, none deleted. -#}
{% test holds_every_live_record(model) %}
with counted as (
    select coalesce(sum(record_count), 0) as record_count
    from {{ model }}
),

live as (
    select count(*) as record_count
    from {{ source('resolution', 'golden_membership') }} as membership
    inner join {{ ref('int_party_records') }} as party on membership.record_id = party.record_id
    where not party.is_deleted
)

select
    counted.record_count as records_counted,
    live.record_count as records_live
from counted
cross join live
where counted.record_count <> live.record_count
{% endtest %}
