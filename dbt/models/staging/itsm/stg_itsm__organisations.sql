with raw as (
    select
        org_id,
        org_name,
        site_address,
        phone,
        email_domain,
        sys_updated_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_itsm', 'organisations') }}
),

organisation_rows as (
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
    from raw
)

select
    org_id,
    org_name,
    site_address,
    phone,
    email_domain,
    updated_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from organisation_rows
