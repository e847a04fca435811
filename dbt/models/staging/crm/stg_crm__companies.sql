with raw as (
    select
        id,
        name,
        legal_name,
        domain,
        phone,
        street,
        postcode,
        city,
        country,
        vat_number,
        parent_id,
        industry,
        owner,
        created_at,
        updated_at,
        deleted_at,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_crm', 'companies') }}
),

company_rows as (
    select
        id as company_id,
        name,
        legal_name,
        domain as web_domain,
        phone,
        street,
        postcode,
        city,
        country,
        vat_number,
        parent_id as parent_company_id,
        industry,
        owner as account_owner,
        {{ typed([
            ['created_at', 'timestamp', 'created_at'],
            ['updated_at', 'timestamp', 'updated_at'],
            ['deleted_at', 'timestamp', 'deleted_at'],
        ]) }},
        {{ bookkeeping(deleted='deleted_at is not null') }}
    from raw
)

select
    company_id,
    name,
    legal_name,
    web_domain,
    phone,
    street,
    postcode,
    city,
    country,
    vat_number,
    parent_company_id,
    industry,
    account_owner,
    created_at,
    updated_at,
    deleted_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from company_rows
