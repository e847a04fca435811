select
    asset_tag,
    {{ stated('org_id') }} as org_id,
    {{ stated('requester_id') }} as requester_id,
    model,
    serial_no,
    {{ typed([
        ['installed_on', 'date', 'installed_on'],
        ['sys_updated_on', 'timestamp', 'updated_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_itsm', 'assets') }}
