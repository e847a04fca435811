with versions as (
    select
        from_record_id,
        to_record_id,
        role,
        valid_from as stated_from,
        source,
        source_time,
        dbt_valid_from,
        dbt_valid_to,
        row_number() over (partition by from_record_id order by dbt_valid_from) as version_number
    from {{ ref('employment_history') }}
),

employments as (
    select
        from_record_id,
        to_record_id,
        role,
        valid_from,
        valid_to,
        source,
        source_time
    from {{ ref('int_employments') }}
),

-- A former employer ends when the source named another one.
former as (
    select
        'works_for' as kind,
        from_record_id,
        to_record_id,
        role,
        case when version_number = 1 then stated_from else dbt_valid_from end as valid_from,
        dbt_valid_to as valid_to,
        source,
        source_time
    from versions
    where dbt_valid_to is not null
),

current_ones as (
    select
        'works_for' as kind,
        employments.from_record_id,
        employments.to_record_id,
        employments.role,
        case when versions.version_number > 1 then versions.dbt_valid_from else employments.valid_from end
            as valid_from,
        employments.valid_to,
        employments.source,
        employments.source_time
    from employments
    left join versions
        on employments.from_record_id = versions.from_record_id and versions.dbt_valid_to is null
),

subsidiaries as (
    select
        'subsidiary_of' as kind,
        'crm:company:' || child.company_id as from_record_id,
        'crm:company:' || child.parent_company_id as to_record_id,
        null::varchar as role,
        null::timestamp as valid_from,
        case
            when child.is_deleted then coalesce(child.deleted_at, child.source_time)
            when parent.is_deleted then coalesce(parent.deleted_at, parent.source_time)
        end as valid_to,
        'crm' as source,
        coalesce(child.updated_at, child.source_time) as source_time
    from {{ ref('stg_crm__companies') }} as child
    left join {{ ref('stg_crm__companies') }} as parent on child.parent_company_id = parent.company_id
    where child.parent_company_id <> child.company_id
),

-- Who made the deal and who is invoiced for its orders: the same party in two systems, or a group's payer.
payers as (
    select
        'bills_to' as kind,
        'crm:company:' || deal.company_id as from_record_id,
        'erp:customer:' || orders.customer_no as to_record_id,
        null::varchar as role,
        min(orders.ordered_on)::timestamp as valid_from,
        null::timestamp as valid_to,
        'erp' as source,
        max(coalesce(orders.changed_at, orders.source_time)) as source_time
    from {{ ref('stg_erp__orders') }} as orders
    inner join {{ ref('stg_crm__deals') }} as deal on orders.deal_id = deal.deal_id
    where
        not orders.is_deleted
        and not deal.is_deleted
        and deal.company_id is not null
        and orders.customer_no is not null
    group by deal.company_id, orders.customer_no
),

-- Who sells to us: since the first purchase that was not called off.
suppliers as (
    select
        'supplies' as kind,
        'erp:supplier:' || supplier.supplier_no as from_record_id,
        ourselves.record_id as to_record_id,
        null::varchar as role,
        min(purchase.ordered_on)::timestamp as valid_from,
        case
            when supplier.is_deleted then greatest(supplier.source_time, min(purchase.ordered_on)::timestamp)
        end as valid_to,
        'erp' as source,
        max(coalesce(purchase.changed_at, purchase.source_time)) as source_time
    from {{ ref('stg_erp__purchase_orders') }} as purchase
    inner join {{ ref('stg_erp__suppliers') }} as supplier on purchase.supplier_no = supplier.supplier_no
    cross join {{ ref('int_ourselves') }} as ourselves
    where not purchase.is_deleted and not {{ is_one_of('purchase.status', 'void_statuses') }}
    group by supplier.supplier_no, supplier.is_deleted, supplier.source_time, ourselves.record_id
),

edges as (
    select kind, from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from former
    union all
    select kind, from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from current_ones
    union all
    select kind, from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from subsidiaries
    union all
    select kind, from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from payers
    union all
    select kind, from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from suppliers
)

select
    concat_ws('|', kind, from_record_id, to_record_id, strftime(valid_from, '%Y-%m-%dT%H:%M:%S.%f')) as relationship_id,
    kind,
    from_record_id,
    to_record_id,
    role,
    valid_from,
    valid_to,
    source,
    source_time
from edges
