with raw as (
    select
        asset_tag,
        org_id,
        requester_id,
        model,
        serial_no,
        installed_on,
        sys_updated_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_itsm', 'assets') }}
),

asset_rows as (
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
    from raw
)

select
    asset_tag,
    org_id,
    requester_id,
    model,
    serial_no,
    installed_on,
    updated_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from asset_rows
