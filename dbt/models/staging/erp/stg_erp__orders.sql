with raw as (
    select
        order_no,
        customer_no,
        deal_ref,
        ordered_on,
        status,
        total_cents,
        currency,
        terms,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'orders') }}
),

order_rows as (
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
    from raw
)

select
    order_no,
    customer_no,
    status,
    total_cents,
    currency,
    terms,
    deal_id,
    ordered_on,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from order_rows
