with raw as (
    select
        customer_no,
        company,
        contact_name,
        contact_role,
        email,
        phone,
        address,
        tax_id,
        payment_terms_days,
        credit_limit_cents,
        blocked,
        changed_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_erp', 'customers') }}
),

customer_rows as (
    select
        customer_no,
        company as company_name,
        contact_name,
        contact_role,
        email,
        phone,
        address,
        tax_id as tax_number,
        payment_terms_days,
        credit_limit_cents,
        {{ typed([
            ['blocked', 'boolean', 'is_blocked'],
            ['changed_on', 'timestamp', 'changed_at'],
        ]) }},
        {{ bookkeeping() }}
    from raw
)

select
    customer_no,
    company_name,
    contact_name,
    contact_role,
    email,
    phone,
    address,
    tax_number,
    payment_terms_days,
    credit_limit_cents,
    is_blocked,
    changed_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from customer_rows
