with contacts as (
    select
        'crm:contact:' || contact.contact_id as from_record_id,
        'crm:company:' || contact.company_id as to_record_id,
        contact.job_title as role,
        contact.created_at as valid_from,
        case
            when contact.is_deleted then coalesce(contact.deleted_at, contact.source_time)
            -- a contact may be made at a company that was deleted before: then it ends as it starts
            when company.is_deleted
                then greatest(coalesce(company.deleted_at, company.source_time), contact.created_at)
        end as valid_to,
        'crm' as source,
        coalesce(contact.updated_at, contact.source_time) as source_time
    from {{ ref('stg_crm__contacts') }} as contact
    left join {{ ref('stg_crm__companies') }} as company on contact.company_id = company.company_id
    where contact.company_id is not null
),

customer_contacts as (
    select
        'erp:customer_contact:' || customer_no as from_record_id,
        'erp:customer:' || customer_no as to_record_id,
        contact_role as role,
        null::timestamp as valid_from,
        case when is_deleted then source_time end as valid_to,
        'erp' as source,
        coalesce(changed_at, source_time) as source_time
    from {{ ref('stg_erp__customers') }}
    where {{ stated('contact_name') }} is not null
),

supplier_contacts as (
    select
        'erp:supplier_contact:' || supplier_no as from_record_id,
        'erp:supplier:' || supplier_no as to_record_id,
        null::varchar as role,
        null::timestamp as valid_from,
        case when is_deleted then source_time end as valid_to,
        'erp' as source,
        coalesce(changed_at, source_time) as source_time
    from {{ ref('stg_erp__suppliers') }}
    where {{ stated('contact_name') }} is not null
),

requesters as (
    select
        'itsm:requester:' || user_id as from_record_id,
        'itsm:organisation:' || org_id as to_record_id,
        null::varchar as role,
        null::timestamp as valid_from,
        -- the desk says that somebody left, not when: by the day of that change at the latest
        case when is_deleted or not is_active then coalesce(updated_at, source_time) end as valid_to,
        'itsm' as source,
        coalesce(updated_at, source_time) as source_time
    from {{ ref('stg_itsm__requesters') }}
    where org_id is not null
),

employments as (
    select from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from contacts
    union all
    select from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from customer_contacts
    union all
    select from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from supplier_contacts
    union all
    select from_record_id, to_record_id, role, valid_from, valid_to, source, source_time from requesters
)

select
    from_record_id,
    to_record_id,
    role,
    valid_from,
    valid_to,
    source,
    source_time
from employments
