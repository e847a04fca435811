with raw as (
    select
        payment_no,
        invoice_no,
        paid_on,
        amount_cents,
        method,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'payments') }}
),

payment_rows as (
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
    from raw
)

select
    payment_no,
    invoice_no,
    amount_cents,
    method,
    paid_on,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from payment_rows
