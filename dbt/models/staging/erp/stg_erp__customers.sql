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
from {{ source('raw_erp', 'customers') }}
