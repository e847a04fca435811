with members as (
    select
        membership.golden_id,
        membership.party_type,
        membership.version,
        party.record_id,
        party.source,
        party.object,
        party.observed_at,
        ourselves.record_id is not null as is_ourselves
    from {{ source('resolution', 'golden_membership') }} as membership
    inner join {{ ref('int_party_records') }} as party on membership.record_id = party.record_id
    left join {{ ref('int_ourselves') }} as ourselves on party.record_id = ourselves.record_id
    where not party.is_deleted
),

golden_records as (
    select
        golden_id,
        any_value(party_type) as party_type,
        max(version) as version,
        count(*) as record_count,
        list_sort(list(distinct source)) as sources,
        bool_or(source || ':' || object in ('crm:company', 'erp:customer', 'itsm:organisation'))
        and not bool_or(is_ourselves) as is_customer,
        bool_or(source || ':' || object = 'erp:supplier') as is_supplier,
        max(observed_at) as last_observed_at
    from members
    group by golden_id
),

-- The first current value of each attribute: survivorship put it first.
leading_values as (
    select
        golden_id,
        attribute,
        arg_min(value, position) as value
    from {{ source('resolution', 'golden_values') }}
    where is_current
    group by golden_id, attribute
),

stated as (
    select
        golden_id,
        max(value) filter (where attribute = 'full_name') as full_name,
        max(value) filter (where attribute = 'organization_name') as organization_name,
        max(value) filter (where attribute = 'employer') as employer,
        max(value) filter (where attribute = 'job_title') as job_title,
        max(value) filter (where attribute = 'email') as email,
        max(value) filter (where attribute = 'phone') as phone,
        max(value) filter (where attribute = 'web_domain') as web_domain,
        max(value) filter (where attribute = 'address') as address,
        max(value) filter (where attribute = 'postcode') as postcode,
        max(value) filter (where attribute = 'city') as city,
        max(value) filter (where attribute = 'country') as country
    from leading_values
    group by golden_id
)

select
    golden_records.golden_id,
    golden_records.party_type,
    case golden_records.party_type
        when 'organization' then coalesce(stated.organization_name, stated.full_name, stated.email)
        else coalesce(stated.full_name, stated.email)
    end as display_name,
    stated.employer,
    stated.job_title,
    stated.email,
    stated.phone,
    stated.web_domain,
    stated.address,
    stated.postcode,
    stated.city,
    stated.country,
    golden_records.is_customer,
    golden_records.is_supplier,
    golden_records.record_count,
    golden_records.sources,
    golden_records.last_observed_at,
    golden_records.version
from golden_records
left join stated on golden_records.golden_id = stated.golden_id
