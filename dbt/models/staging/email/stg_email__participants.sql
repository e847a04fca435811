{{ config(materialized='table') }}

with messages as (
    select
        message_id,
        mailbox,
        sent_at,
        from_name,
        from_email,
        to_addresses,
        cc_addresses,
        is_deleted,
        source_time
    from {{ ref('stg_email__messages') }}
),

listed as (
    select
        message_id,
        'recipient' as role,
        unnest(from_json(to_addresses, '[{"name": "VARCHAR", "email": "VARCHAR"}]')) as address
    from messages
    where json_type(to_addresses) = 'ARRAY'
    union all
    select
        message_id,
        'copied' as role,
        unnest(from_json(cc_addresses, '[{"name": "VARCHAR", "email": "VARCHAR"}]')) as address
    from messages
    where json_type(cc_addresses) = 'ARRAY'
),

named as (
    select
        message_id,
        'sender' as role,
        lower({{ stated('from_email') }}) as email,
        {{ stated('from_name') }} as display_name
    from messages
    union all
    select
        message_id,
        role,
        lower({{ stated('address.email') }}) as email,
        {{ stated('address.name') }} as display_name
    from listed
),

once as (
    select
        message_id,
        role,
        email,
        max(display_name) as display_name
    from named
    where contains(email, '@')
    group by message_id, role, email
),

-- Whose mailboxes are they? A mailbox is delivered to, or sent from, by its own address: the whole name of the
-- mailbox, or its local part at the domain that is met most in it.
met as (
    select
        messages.mailbox,
        split_part(once.email, '@', 2) as domain,
        count(*) as message_count
    from once
    inner join messages on once.message_id = messages.message_id
    where
        once.email = lower(messages.mailbox)
        or split_part(once.email, '@', 1) = split_part(lower(messages.mailbox), '@', 1)
    group by messages.mailbox, split_part(once.email, '@', 2)
),

own_domains as (
    select distinct
        case
            when contains(mailbox, '@') then split_part(lower(mailbox), '@', 2)
            else arg_max(domain, (message_count, domain))
        end as domain
    from met
    group by mailbox
)

select
    once.message_id,
    once.role,
    once.email,
    {{ address_key('once.email') }} as address_key,
    once.display_name,
    split_part(once.email, '@', 2) as domain,
    own_domains.domain is not null
    {%- for domain in var('own_email_domains') %} or split_part(once.email, '@', 2) = '{{ domain }}'{% endfor %}
        as is_own_employee,
    messages.sent_at,
    messages.source_time,
    messages.is_deleted
from once
inner join messages on once.message_id = messages.message_id
left join own_domains on split_part(once.email, '@', 2) = own_domains.domain
