select
    order_no,
    customer_no,
    status,
    total_cents,
    currency,
    terms,
    {{ typed([
        ['deal_ref', 'bigint', 'deal_id'],
        ['ordered_on', 'date', 'ordered_on'],
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'orders') }}
