{{ config(severity='warn') }}

-- What was paid on an invoice is not more than the invoice, but for rounding (a cent a payment), unless its
-- status says that there was too much.
with paid as (
    select
        invoice_no,
        sum(amount_cents) as paid_cents,
        count(*) as payment_count
    from {{ ref('stg_erp__payments') }}
    where not is_deleted
    group by invoice_no
)

select
    invoice.invoice_no,
    invoice.amount_cents,
    paid.paid_cents
from {{ ref('stg_erp__invoices') }} as invoice
inner join paid on invoice.invoice_no = paid.invoice_no
where
    not invoice.is_deleted
    and invoice.kind = 'invoice'
    and paid.paid_cents > invoice.amount_cents + paid.payment_count
    and coalesce(lower(invoice.status), '') not in ('overpaid', 'refunded')
