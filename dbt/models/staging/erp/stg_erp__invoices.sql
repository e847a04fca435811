with raw as (
    select
        invoice_no,
        order_no,
        customer_no,
        kind,
        issued_on,
        due_on,
        amount_cents,
        currency,
        status,
        ticket_ref,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'invoices') }}
),

invoice_rows as (
    select
        invoice_no,
        order_no,
        customer_no,
        kind,
        amount_cents,
        currency,
        status,
        {{ stated('ticket_ref') }} as ticket_no,
        case when kind = 'credit_note' then -abs(amount_cents) else amount_cents end as signed_amount_cents,
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
    order_no,
    customer_no,
    kind,
    amount_cents,
    currency,
    status,
    ticket_no,
    signed_amount_cents,
    issued_on,
    due_on,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from invoice_rows
