select
    invoice_no,
    order_no,
    customer_no,
    kind,
    amount_cents,
    currency,
    status,
    {{ stated('ticket_ref') }} as ticket_no,
    case when kind = 'credit_note' then -abs(amount_cents) else amount_cents end as signed_amount_cents,
    {{ typed([
        ['issued_on', 'date', 'issued_on'],
        ['due_on', 'date', 'due_on'],
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'invoices') }}
