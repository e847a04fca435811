{{ config(tags=['marts']) }}

-- Revenue per customer, counted again from the ERP's own rows.
with shown as (
    select
        health.golden_id,
        coalesce(list_sum(map_values(health.revenue_cents)), 0) as revenue_cents
    from {{ ref('customer_health') }} as health
),

owed as (
    select
        membership.golden_id,
        sum(case invoice.kind when 'credit_note' then -abs(invoice.amount_cents) else invoice.amount_cents end)
            as revenue_cents
    from {{ ref('stg_erp__invoices') }} as invoice
    inner join {{ source('resolution', 'golden_membership') }} as membership
        on membership.record_id = 'erp:customer:' || invoice.customer_no
    where
        not invoice.is_deleted
        and not {{ is_one_of('invoice.status', 'void_statuses') }}
        and invoice.issued_on <= {{ as_of_date() }}
    group by membership.golden_id
)

select
    shown.golden_id,
    shown.revenue_cents,
    owed.revenue_cents as owed_cents
from shown
left join owed on shown.golden_id = owed.golden_id
where shown.revenue_cents <> coalesce(owed.revenue_cents, 0)
