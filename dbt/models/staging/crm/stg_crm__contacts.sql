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
from {{ source('raw_crm', 'contacts') }}
