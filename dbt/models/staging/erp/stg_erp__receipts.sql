select
    receipt_no,
    po_no,
    sku,
    quantity,
    {{ typed([
        ['received_on', 'date', 'received_on'],
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'receipts') }}
