with raw as (
    select
        invoice_no,
        po_no,
        supplier_no,
        issued_on,
        due_on,
        amount_cents,
        currency,
        status,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'supplier_invoices') }}
),

supplier_invoice_rows as (
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
    from raw
)

select
    invoice_no,
    po_no,
    supplier_no,
    amount_cents,
    currency,
    status,
    issued_on,
    due_on,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from supplier_invoice_rows
