{%- set objects = [
    'companies',
    'contacts',
    'customers',
    'customer_contacts',
    'suppliers',
    'supplier_contacts',
    'organisations',
    'requesters',
    'correspondents',
] -%}

with companies as (
    select
        {{ party('crm', 'company', 'company_id', "'organization'", {
            'full_name': 'case when name <> legal_name then name end',
            'organization_name': "coalesce(nullif(trim(legal_name), ''), name)",
            'phones': ['phone'],
            'web_domain': 'web_domain',
            'street': 'street',
            'postcode': 'postcode',
            'city': 'city',
            'country': 'country',
            'tax_number': 'vat_number',
        }, observed_at='coalesce(updated_at, source_time)') }}
    from {{ ref('stg_crm__companies') }}
),

contacts as (
    select
        {{ party('crm', 'contact', 'contact.contact_id', "'person'", {
            'given_name': 'contact.given_name',
            'family_name': 'contact.family_name',
            'employer': 'company.name',
            'job_title': 'contact.job_title',
            'emails': ['contact.email'],
            'phones': ['contact.phone', 'contact.mobile'],
            'street': 'contact.street',
            'postcode': 'contact.postcode',
            'city': 'contact.city',
            'country': 'contact.country',
            'birth_date': 'contact.birth_date',
        }, observed_at='coalesce(contact.updated_at, contact.source_time)', is_deleted='contact.is_deleted') }}
    from {{ ref('stg_crm__contacts') }} as contact
    left join {{ ref('stg_crm__companies') }} as company on contact.company_id = company.company_id
),

customers as (
    select
        {{ party('erp', 'customer', 'customer_no', "'organization'", {
            'organization_name': 'company_name',
            'emails': ['email'],
            'phones': ['phone'],
            'address': 'address',
            'tax_number': 'tax_number',
        }, observed_at='coalesce(changed_at, source_time)') }}
    from {{ ref('stg_erp__customers') }}
),

customer_contacts as (
    select
        {{ party('erp', 'customer_contact', 'customer_no', "'person'", {
            'full_name': 'contact_name',
            'employer': 'company_name',
            'job_title': 'contact_role',
            'emails': ['email'],
            'phones': ['phone'],
        }, observed_at='coalesce(changed_at, source_time)') }}
    from {{ ref('stg_erp__customers') }}
    where {{ stated('contact_name') }} is not null
),

suppliers as (
    select
        {{ party('erp', 'supplier', 'supplier_no', "'organization'", {
            'organization_name': 'company_name',
            'emails': ['email'],
            'phones': ['phone'],
            'address': 'address',
            'tax_number': 'tax_number',
        }, observed_at='coalesce(changed_at, source_time)') }}
    from {{ ref('stg_erp__suppliers') }}
),

supplier_contacts as (
    select
        {{ party('erp', 'supplier_contact', 'supplier_no', "'person'", {
            'full_name': 'contact_name',
            'employer': 'company_name',
            'emails': ['email'],
            'phones': ['phone'],
        }, observed_at='coalesce(changed_at, source_time)') }}
    from {{ ref('stg_erp__suppliers') }}
    where {{ stated('contact_name') }} is not null
),

organisations as (
    select
        {{ party('itsm', 'organisation', 'org_id', "'organization'", {
            'organization_name': 'org_name',
            'phones': ['phone'],
            'web_domain': 'email_domain',
            'address': 'site_address',
        }, observed_at='coalesce(updated_at, source_time)') }}
    from {{ ref('stg_itsm__organisations') }}
),

requesters as (
    select
        {{ party('itsm', 'requester', 'requester.user_id', "'person'", {
            'full_name': 'requester.display_name',
            'employer': 'organisation.org_name',
            'emails': ['requester.email'],
            'phones': ['requester.phone'],
        }, observed_at='coalesce(requester.updated_at, requester.source_time)', is_deleted='requester.is_deleted') }}
    from {{ ref('stg_itsm__requesters') }} as requester
    left join {{ ref('stg_itsm__organisations') }} as organisation on requester.org_id = organisation.org_id
),

correspondents as (
    select
        {{ party('email', 'correspondent', 'address_key', "case when is_shared_mailbox then 'organization' else 'person' end", {
            'full_name': 'case when not is_shared_mailbox then coalesce(display_name, signed_name) end',
            'organization_name': 'case when is_shared_mailbox then coalesce(company, case when not is_role_name then display_name end) end',
            'employer': 'case when not is_shared_mailbox then company end',
            'job_title': 'case when not is_shared_mailbox then job_title end',
            'emails': ['email'],
            'phones': ['phone'],
            'web_domain': 'case when is_shared_mailbox and not is_free_domain then domain end',
        }, observed_at='coalesce(last_seen_at, source_time)') }}
    from {{ ref('stg_email__correspondents') }}
),

parties as (
    {%- for object in objects %}
    select
        record_id,
        source,
        object,
        source_id,
        party_type,
    {%- for column in party_texts() %}
        {{ column }},
    {%- endfor %}
        emails,
        phones,
        observed_at,
        is_deleted
    from {{ object }}
    {{- ' union all' if not loop.last }}
    {%- endfor %}
)

select
    record_id,
    source,
    object,
    source_id,
    party_type,
    {{ stated('full_name') }} as full_name,
    {{ stated('given_name') }} as given_name,
    {{ stated('family_name') }} as family_name,
    {{ stated('organization_name') }} as organization_name,
    {{ stated('employer') }} as employer,
    {{ stated('job_title') }} as job_title,
    emails::varchar[] as emails,
    phones::varchar[] as phones,
    {{ stated('web_domain') }} as web_domain,
    {{ stated('address') }} as address,
    {{ stated('street') }} as street,
    {{ stated('postcode') }} as postcode,
    {{ stated('city') }} as city,
    {{ stated('country') }} as country,
    {{ stated('birth_date') }} as birth_date,
    {{ stated('tax_number') }} as tax_number,
    {{ stated('tax_country') }} as tax_country,
    {{ stated('registration_number') }} as registration_number,
    observed_at::timestamp as observed_at,
    is_deleted::boolean as is_deleted
from parties
