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
from {{ source('raw_crm', 'notes') }}
