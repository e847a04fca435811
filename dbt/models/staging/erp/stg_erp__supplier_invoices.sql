select
    invoice_no,
    po_no,
    supplier_no,
    amount_cents,
    currency,
    status,
    {{ typed([
        ['issued_on', 'date', 'issued_on'],
        ['due_on', 'date', 'due_on'],
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'supplier_invoices') }}
