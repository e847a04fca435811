-- A person record works for one organisation at a time: every works_for but the last one has an end.
select from_record_id
from {{ ref('int_relationships') }}
where kind = 'works_for' and valid_to is null
group by from_record_id
having count(*) > 1
