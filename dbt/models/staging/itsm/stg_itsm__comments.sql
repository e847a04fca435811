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
from {{ source('raw_itsm', 'comments') }}
