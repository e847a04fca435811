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
from {{ source('raw_erp', 'suppliers') }}
