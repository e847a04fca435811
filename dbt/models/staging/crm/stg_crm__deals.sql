select
    id as deal_id,
    company_id,
    contact_id,
    title,
    stage,
    amount_cents,
    currency,
    special_terms,
    {{ typed([
        ['renewal_date', 'date', 'renewal_on'],
        ['close_date', 'date', 'closes_on'],
        ['created_at', 'timestamp', 'created_at'],
        ['updated_at', 'timestamp', 'updated_at'],
        ['deleted_at', 'timestamp', 'deleted_at'],
    ]) }},
    {{ bookkeeping(deleted='deleted_at is not null') }}
from {{ source('raw_crm', 'deals') }}
