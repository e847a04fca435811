with raw as (
    select
        order_no,
        line_no,
        sku,
        quantity,
        unit_price_cents,
        discount_pct,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'order_lines') }}
),

order_line_rows as (
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
    from raw
)

select
    order_no,
    line_no,
    sku,
    quantity,
    unit_price_cents,
    discount_pct,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from order_line_rows
