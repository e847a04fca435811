with raw as (
    select
        id,
        company_id,
        contact_id,
        title,
        stage,
        amount_cents,
        currency,
        special_terms,
        renewal_date,
        close_date,
        created_at,
        updated_at,
        deleted_at,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_crm', 'deals') }}
),

deal_rows as (
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
    from raw
)

select
    deal_id,
    company_id,
    contact_id,
    title,
    stage,
    amount_cents,
    currency,
    special_terms,
    renewal_on,
    closes_on,
    created_at,
    updated_at,
    deleted_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from deal_rows
