select
    sku,
    name,
    unit_price_cents,
    {{ typed([
        ['changed_on', 'timestamp', 'changed_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_erp', 'products') }}
