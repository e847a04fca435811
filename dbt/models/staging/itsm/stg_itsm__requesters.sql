with raw as (
    select
        user_id,
        display_name,
        email,
        phone,
        org_id,
        vip,
        active,
        sys_updated_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_itsm', 'requesters') }}
),

requester_rows as (
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
    from raw
)

select
    user_id,
    display_name,
    email,
    phone,
    org_id,
    is_vip,
    is_active,
    updated_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from requester_rows
