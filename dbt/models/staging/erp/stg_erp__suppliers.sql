with raw as (
    select
        supplier_no,
        company,
        contact_name,
        email,
        phone,
        address,
        tax_id,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'suppliers') }}
),

supplier_rows as (
    select
        supplier_no,
        company as company_name,
        contact_name,
        email,
        phone,
        address,
        tax_id as tax_number,
        {{ typed([
            ['changed_on', 'timestamp', 'changed_at'],
        ]) }},
        {{ bookkeeping() }}
    from raw
)

select
    supplier_no,
    company_name,
    contact_name,
    email,
    phone,
    address,
    tax_number,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from supplier_rows
