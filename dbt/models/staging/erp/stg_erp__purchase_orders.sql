with raw as (
    select
        po_no,
        supplier_no,
        ordered_on,
        status,
        total_cents,
        currency,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'purchase_orders') }}
),

purchase_order_rows as (
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
    from raw
)

select
    po_no,
    supplier_no,
    status,
    total_cents,
    currency,
    ordered_on,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from purchase_order_rows
