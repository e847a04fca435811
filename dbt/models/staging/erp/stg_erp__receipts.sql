with raw as (
    select
        receipt_no,
        po_no,
        received_on,
        sku,
        quantity,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'receipts') }}
),

receipt_rows as (
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
    from raw
)

select
    receipt_no,
    po_no,
    sku,
    quantity,
    received_on,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from receipt_rows
