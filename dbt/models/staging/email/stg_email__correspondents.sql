{{ config(materialized='table') }}

with participants as (
    select
        message_id,
        role,
        email,
        display_name,
        domain,
        sent_at,
        source_time,
        is_deleted
    from {{ ref('stg_email__participants') }}
    where not is_own_employee
),

-- A name that is an address again says nothing. What live messages say goes before what deleted ones say.
addresses as (
    select
        email,
        any_value(domain) as domain,
        arg_max(
            case when not contains(display_name, '@') then display_name end,
            (not is_deleted, coalesce(sent_at, timestamp '1970-01-01'), message_id)
        ) as display_name,
        coalesce(
            list_sort(list(distinct display_name) filter (where not contains(display_name, '@'))), []
        ) as display_names,
        min(sent_at) as first_seen_at,
        max(sent_at) as last_seen_at,
        max(source_time) as source_time,
        count(distinct message_id) as message_count,
        bool_and(is_deleted) as is_deleted
    from participants
    group by email
),

roles as (
    select
        max(case when kind = 'role' then word end) as role,
        max(case when kind = 'role_name' then word end) as role_name,
        max(case when kind = 'free_domain' then word end) as free_domain,
        word
    from {{ ref('mail_words') }}
    group by word
),

-- The last message with a signature speaks for the address.
signed as (
    select
        participants.email,
        arg_max(
            messages.signature, (coalesce(messages.sent_at, timestamp '1970-01-01'), messages.message_id)
        ) as signature
    from participants
    inner join {{ ref('stg_email__messages') }} as messages on participants.message_id = messages.message_id
    where participants.role = 'sender' and {{ stated('messages.signature') }} is not null
    group by participants.email
),

signature_lines as (
    select
        signed.email,
        list_filter(
            list_transform(
                string_split(replace(signed.signature, chr(13), ''), chr(10))[:12], lambda line: trim(line)
            ),
            lambda line: line <> '' and line <> '--'
        ) as lines
    from signed
),

signatures as (
    select
        signature_lines.email,
        -- a line about the phone, never one about the fax
        nullif(trim(regexp_extract(
            list_filter(
                signature_lines.lines,
                lambda line: regexp_matches(line, '[+(]?[0-9][0-9 ()./-]{5,}[0-9]')
                    and not regexp_matches(lower(line), '^ *(fax|f:|vat|ust|tva|iban)')
                    and regexp_matches(
                        lower(line), '(tel|phone|mobil|mobile|fon|cell|direct|^ *[tmp][:. ]|^[+(]?[0-9])'
                    )
            )[1],
            '[+(]?[0-9][0-9 ()./-]{5,}[0-9]'
        )), '') as phone,
        -- what is said of the person: no address of mail or web, no number, not the name itself
        list_filter(
            signature_lines.lines,
            lambda line: not regexp_matches(lower(line), '@|https?:|www[.]|[0-9]{3}')
                and not regexp_matches(lower(line), '^(best|kind|warm|regards|mit |viele |cordialement|thanks|sent from)')
                and lower(line) <> lower(coalesce(addresses.display_name, ''))
        ) as said,
        addresses.display_name
    from signature_lines
    inner join addresses on signature_lines.email = addresses.email
),

-- `Title, Company` or `Title | Company` on one line is two things said.
said_apart as (
    select
        email,
        phone,
        list_filter(
            flatten(list_transform(
                said,
                lambda line: case
                    when len(said) = 1 then regexp_split_to_array(line, ' *[|·] *|, +| +(?:at|bei|chez) +')
                    else regexp_split_to_array(line, ' *[|·] *')
                end
            )),
            lambda part: part <> '' and lower(part) <> lower(coalesce(display_name, ''))
        ) as said
    from signatures
),

signers as (
    select
        email,
        phone,
        said,
        -- a line that ends in a legal form names the company
        list_filter(said, lambda part: regexp_matches(
            lower(part),
            '[ ,](gmbh|mbh|ag|kg|ohg|se|ug|e[.]k[.]|ltd|limited|plc|llp|llc|inc|corp|co|company|s[.]?a|sas|sarl'
            || '|s[.]?l|s[.]?r[.]?l|s[.]?p[.]?a|b[.]?v|n[.]?v|ab|a/s|aps|oy|as|lda|pty ltd)[.]?$'
        ))[1] as company_by_form
    from said_apart
),

titled as (
    select
        email,
        phone,
        coalesce(company_by_form, said[2]) as company,
        list_filter(said, lambda part: part is distinct from company_by_form)[1] as job_title
    from signers
)

select
    addresses.email,
    addresses.display_name,
    addresses.display_names,
    addresses.domain,
    local_roles.role is not null or first_word_roles.role is not null as is_shared_mailbox,
    role_names.role_name is not null as is_role_name,
    free_domains.free_domain is not null as is_free_domain,
    titled.phone,
    titled.job_title,
    titled.company,
    addresses.first_seen_at,
    addresses.last_seen_at,
    addresses.message_count,
    addresses.source_time,
    addresses.is_deleted
from addresses
left join titled on addresses.email = titled.email
left join roles as local_roles on rtrim(split_part(addresses.email, '@', 1), '0123456789') = local_roles.role
left join roles as first_word_roles
    on
        regexp_extract(addresses.email, '^([a-z]{4,})[^a-z@]', 1) = first_word_roles.role
left join roles as role_names
    on trim(regexp_replace(lower(addresses.display_name), '[^a-z]+', ' ', 'g')) = role_names.role_name
left join roles as free_domains on addresses.domain = free_domains.free_domain
