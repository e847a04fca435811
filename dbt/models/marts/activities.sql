with parties as (
    select
        party.activity_id,
        membership.golden_id,
        list_sort(list(distinct party.role)) as roles
    from {{ ref('int_activity_parties') }} as party
    inner join {{ source('resolution', 'golden_membership') }} as membership
        on party.record_id = membership.record_id
    inner join {{ ref('customers') }} as customer on membership.golden_id = customer.golden_id
    group by party.activity_id, membership.golden_id
)

select
    parties.golden_id,
    activity.activity_id,
    parties.roles,
    activity.source,
    activity.object,
    activity.kind,
    activity.occurred_at,
    activity.title,
    activity.body,
    activity.status,
    activity.amount_cents,
    activity.currency,
    activity.due_at,
    activity.priority,
    activity.thread_id,
    activity.references_activity_id,
    activity.terms,
    activity.attributes,
    activity.source_time
from {{ ref('int_activities') }} as activity
inner join parties on activity.activity_id = parties.activity_id
where not activity.is_deleted
