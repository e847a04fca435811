select
    ticket_no,
    {{ stated('requester_id') }} as requester_id,
    {{ stated('org_id') }} as org_id,
    subject,
    description,
    priority,
    status,
    category,
    {{ typed([
        ['opened_at', 'timestamp', 'opened_at'],
        ['resolved_at', 'timestamp', 'resolved_at'],
        ['sys_updated_on', 'timestamp', 'updated_at'],
    ]) }},
    {{ bookkeeping() }}
from {{ source('raw_itsm', 'tickets') }}
