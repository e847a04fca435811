select
    org_id,
    org_name,
    site_address,
    phone,
    email_domain,
    {{ typed([
        ['sys_updated_on', 'timestamp', 'updated_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_itsm', 'organisations') }}
