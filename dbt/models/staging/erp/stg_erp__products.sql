with raw as (
    select
        sku,
        name,
        unit_price_cents,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'products') }}
),

product_rows as (
    select
        sku,
        name,
        unit_price_cents,
        {{ typed([
            ['changed_on', 'timestamp', 'changed_at'],
        ]) }},
        {{ bookkeeping() }}
    from raw
)

select
    sku,
    name,
    unit_price_cents,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from product_rows
