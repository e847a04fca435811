select
    po_no,
    supplier_no,
    status,
    total_cents,
    currency,
    {{ typed([
        ['ordered_on', 'date', 'ordered_on'],
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'purchase_orders') }}
