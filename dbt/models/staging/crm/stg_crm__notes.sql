with raw as (
    select
        id,
        company_id,
        contact_id,
        deal_id,
        author,
        body,
        created_at,
        updated_at,
        deleted_at,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_crm', 'notes') }}
),

note_rows as (
    select
        id as note_id,
        company_id,
        contact_id,
        deal_id,
        author,
        body,
        {{ typed([
            ['created_at', 'timestamp', 'created_at'],
            ['updated_at', 'timestamp', 'updated_at'],
            ['deleted_at', 'timestamp', 'deleted_at'],
        ]) }},
        {{ bookkeeping(deleted='deleted_at is not null') }}
    from raw
)

select
    note_id,
    company_id,
    contact_id,
    deal_id,
    author,
    body,
    created_at,
    updated_at,
    deleted_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from note_rows
