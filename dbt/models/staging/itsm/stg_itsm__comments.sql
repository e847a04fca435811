with raw as (
    select
        comment_id,
        ticket_no,
        author_id,
        author_kind,
        body,
        created_at,
        sys_updated_on,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_itsm', 'comments') }}
),

comment_rows as (
    select
        comment_id,
        ticket_no,
        author_id,
        author_kind,
        body,
        {{ typed([
            ['created_at', 'timestamp', 'created_at'],
            ['sys_updated_on', 'timestamp', 'updated_at'],
        ]) }},
        {{ bookkeeping() }}
    from raw
)

select
    comment_id,
    ticket_no,
    author_id,
    author_kind,
    body,
    created_at,
    updated_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from comment_rows
