select
    id as company_id,
    name,
    legal_name,
    domain as web_domain,
    phone,
    street,
    postcode,
    city,
    country,
    vat_number,
    parent_id as parent_company_id,
    industry,
    owner as account_owner,
    {{ typed([
        ['created_at', 'timestamp', 'created_at'],
        ['updated_at', 'timestamp', 'updated_at'],
        ['deleted_at', 'timestamp', 'deleted_at'],
    ]) }},
    {{ bookkeeping(deleted='deleted_at is not null') }}
from {{ source('raw_crm', 'companies') }}
