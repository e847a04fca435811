with raw as (
    select
        id,
        company_id,
        first_name,
        last_name,
        email,
        phone,
        mobile,
        job_title,
        street,
        postcode,
        city,
        country,
        birthday,
        is_primary,
        created_at,
        updated_at,
        deleted_at,
        _record_key,
        _source_time,
        _is_deleted,
        _load_id,
        _synced_at
    from {{ source('raw_crm', 'contacts') }}
),

contact_rows as (
    select
        id as contact_id,
        company_id,
        first_name as given_name,
        last_name as family_name,
        email,
        phone,
        mobile,
        job_title,
        street,
        postcode,
        city,
        country,
        birthday as birth_date,
        {{ typed([
            ['is_primary', 'boolean', 'is_primary_contact'],
            ['created_at', 'timestamp', 'created_at'],
            ['updated_at', 'timestamp', 'updated_at'],
            ['deleted_at', 'timestamp', 'deleted_at'],
        ]) }},
        {{ bookkeeping(deleted='deleted_at is not null') }}
    from raw
)

select
    contact_id,
    company_id,
    given_name,
    family_name,
    email,
    phone,
    mobile,
    job_title,
    street,
    postcode,
    city,
    country,
    birth_date,
    is_primary_contact,
    created_at,
    updated_at,
    deleted_at,
    cast_failures,
    record_key,
    source_time,
    is_deleted,
    load_id,
    synced_at
from contact_rows
