with edges as (
    select
        relationship.kind,
        from_member.golden_id as from_golden_id,
        to_member.golden_id as to_golden_id,
        relationship.role,
        relationship.valid_from,
        relationship.valid_to,
        relationship.source,
        relationship.source_time,
        relationship.relationship_id
    from {{ ref('int_relationships') }} as relationship
    inner join {{ source('resolution', 'golden_membership') }} as from_member
        on relationship.from_record_id = from_member.record_id
    inner join {{ source('resolution', 'golden_membership') }} as to_member
        on relationship.to_record_id = to_member.record_id
    inner join {{ ref('customers') }} as from_customer on from_member.golden_id = from_customer.golden_id
    inner join {{ ref('customers') }} as to_customer on to_member.golden_id = to_customer.golden_id
    -- a deal and its payer that are one party are no relationship
    where from_member.golden_id <> to_member.golden_id
),

-- The latest statement says whether it still holds: a desk that closed an account after the CRM was last
-- changed knows better.
stated_last as (
    select
        kind,
        from_golden_id,
        to_golden_id,
        -- the last one stated: a source without a role says nothing of it, and arg_max passes it over
        arg_max(role, (coalesce(source_time, timestamp '1970-01-01'), relationship_id)) as role,
        min(valid_from) as valid_from,
        first(
            valid_to order by source_time desc nulls last, valid_to desc nulls first, relationship_id
        ) as valid_to,
        list_sort(list(distinct source)) as sources,
        max(source_time) as source_time,
        count(*) as statement_count
    from edges
    group by kind, from_golden_id, to_golden_id
)

select
    kind,
    from_golden_id,
    to_golden_id,
    role,
    valid_from,
    valid_to,
    valid_to is null or valid_to > {{ as_of_date() }} as is_current,
    sources,
    source_time,
    statement_count
from stated_last
