with raw as (
    select
        ticket_no,
        requester_id,
        org_id,
        subject,
        description,
        priority,
        status,
        category,
        opened_at,
        resolved_at,
        sys_updated_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_itsm', 'tickets') }}
),

ticket_rows as (
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
    from raw
)

select
    ticket_no,
    requester_id,
    org_id,
    subject,
    description,
    priority,
    status,
    category,
    opened_at,
    resolved_at,
    updated_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from ticket_rows
