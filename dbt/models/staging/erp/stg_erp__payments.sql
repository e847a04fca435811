select
    payment_no,
    invoice_no,
    amount_cents,
    method,
    {{ typed([
        ['paid_on', 'date', 'paid_on'],
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'payments') }}
