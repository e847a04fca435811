with own_domains as (
    select distinct domain
    from {{ ref('stg_email__participants') }}
    where is_own_employee
),

-- as typed in: with or without https:// and www., perhaps with a page behind it
companies as (
    select
        company_id,
        regexp_extract(lower({{ stated('web_domain') }}), '^(?:https?://)?(?:www[.])?([^/]+)', 1) as domain
    from {{ ref('stg_crm__companies') }}
    where not is_deleted
)

select 'crm:company:' || min(companies.company_id) as record_id
from companies
inner join own_domains on companies.domain = own_domains.domain
having count(*) > 0
