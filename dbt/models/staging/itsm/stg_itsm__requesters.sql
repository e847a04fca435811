select
    user_id,
    display_name,
    email,
    phone,
    {{ stated('org_id') }} as org_id,
    {{ typed([
        ['vip', 'boolean', 'is_vip'],
        ['active', 'boolean', 'is_active'],
        ['sys_updated_on', 'timestamp', 'updated_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_itsm', 'requesters') }}
