select
    order_no,
    line_no,
    sku,
    quantity,
    unit_price_cents,
    discount_pct,
    {{ typed([
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'order_lines') }}
