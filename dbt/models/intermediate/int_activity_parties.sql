with parties as (
    select
        'crm:deal:' || deal_id as activity_id,
        'crm:company:' || company_id as record_id,
        'customer' as role
    from {{ ref('stg_crm__deals') }}
    union all
    select
        'crm:deal:' || deal_id as activity_id,
        'crm:contact:' || contact_id as record_id,
        'contact' as role
    from {{ ref('stg_crm__deals') }}
    union all
    select
        'crm:note:' || note.note_id as activity_id,
        'crm:company:' || coalesce(note.company_id, deal.company_id) as record_id,
        'customer' as role
    from {{ ref('stg_crm__notes') }} as note
    left join {{ ref('stg_crm__deals') }} as deal on note.deal_id = deal.deal_id
    union all
    select
        'crm:note:' || note_id as activity_id,
        'crm:contact:' || contact_id as record_id,
        'contact' as role
    from {{ ref('stg_crm__notes') }}
    union all
    select
        'erp:order:' || order_no as activity_id,
        'erp:customer:' || customer_no as record_id,
        'customer' as role
    from {{ ref('stg_erp__orders') }}
    union all
    select
        'erp:invoice:' || invoice_no as activity_id,
        'erp:customer:' || customer_no as record_id,
        'customer' as role
    from {{ ref('stg_erp__invoices') }}
    union all
    select
        'erp:payment:' || payment.payment_no as activity_id,
        'erp:customer:' || invoice.customer_no as record_id,
        'customer' as role
    from {{ ref('stg_erp__payments') }} as payment
    inner join {{ ref('stg_erp__invoices') }} as invoice on payment.invoice_no = invoice.invoice_no
    union all
    select
        'erp:purchase_order:' || po_no as activity_id,
        'erp:supplier:' || supplier_no as record_id,
        'supplier' as role
    from {{ ref('stg_erp__purchase_orders') }}
    union all
    select
        'erp:supplier_invoice:' || invoice_no as activity_id,
        'erp:supplier:' || supplier_no as record_id,
        'supplier' as role
    from {{ ref('stg_erp__supplier_invoices') }}
    union all
    select
        'itsm:ticket:' || ticket_no as activity_id,
        'itsm:requester:' || requester_id as record_id,
        'requester' as role
    from {{ ref('stg_itsm__tickets') }}
    union all
    select
        'itsm:ticket:' || ticket_no as activity_id,
        'itsm:organisation:' || org_id as record_id,
        'customer' as role
    from {{ ref('stg_itsm__tickets') }}
    union all
    select
        'itsm:asset:' || asset_tag as activity_id,
        'itsm:organisation:' || org_id as record_id,
        'customer' as role
    from {{ ref('stg_itsm__assets') }}
    union all
    select
        'itsm:asset:' || asset_tag as activity_id,
        'itsm:requester:' || requester_id as record_id,
        'user' as role
    from {{ ref('stg_itsm__assets') }}
    union all
    select
        'email:message:' || message_id as activity_id,
        'email:correspondent:' || address_key as record_id,
        role
    from {{ ref('stg_email__participants') }}
    where not is_own_employee
)

select distinct
    activity_id,
    record_id,
    role
from parties
where record_id is not null
