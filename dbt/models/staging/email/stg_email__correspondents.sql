{{ config(materialized='table') }}
{%- set legal_form -%}
    [ ,](gmbh|mbh|ag|kg|ohg|se|ug|e[.]k[.]|ltd|limited|plc|llp|llc|inc|corp|co|company|s[.]?a|sas|sarl|s[.]?l
{%- endset -%}
{%- set legal_form = legal_form ~ '|s[.]?r[.]?l|s[.]?p[.]?a|b[.]?v|n[.]?v|ab|hb|a/s|aps|oy|as|lda)[.]?$' -%}

with participants as (
    select
        message_id,
        role,
        email,
        address_key,
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
        any_value(address_key) as address_key,
        any_value(domain) as domain,
        arg_max(
            case when not contains(display_name, '@') then display_name end,
            (not is_deleted, coalesce(sent_at, timestamp '1970-01-01'), message_id)
        ) as display_name,
        coalesce(
            list_sort(list(distinct display_name) filter (where not contains(display_name, '@'))), []
        ) as display_names,
        coalesce(min(sent_at) filter (where not is_deleted), min(sent_at)) as first_seen_at,
        coalesce(max(sent_at) filter (where not is_deleted), max(sent_at)) as last_seen_at,
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
            messages.signature,
            (not messages.is_deleted, coalesce(messages.sent_at, timestamp '1970-01-01'), messages.message_id)
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
                and not regexp_matches(
                    lower(line), '^(best|kind|warm|regards|mit |viele |cordialement|thanks|sent from)'
                )
        ) as said,
        {{ letters('addresses.display_name') }} || ' ' || {{ letters("split_part(signature_lines.email, '@', 1)") }}
            as known_as
    from signature_lines
    inner join addresses on signature_lines.email = addresses.email
),

-- The first line is the name when a word of it is in the display name or in the address (`jroth` for Roth).
name_lines as (
    select
        email,
        phone,
        said,
        len(list_filter(
            string_split({{ letters('said[1]') }}, ' '), lambda word: len(word) > 2 and contains(known_as, word)
        )) > 0
        and not regexp_matches(lower(said[1]), '{{ legal_form }}') as is_name_first
    from signatures
),

unnamed as (
    select
        email,
        phone,
        case when is_name_first then said[1] end as signed_name,
        case when is_name_first then said[2:] else said end as said
    from name_lines
),

-- `Title | Company`, and `Title, Company` where nothing else is said, are two things said.
said_apart as (
    select
        email,
        phone,
        signed_name,
        list_filter(
            flatten(list_transform(
                said,
                lambda line: case
                    when len(said) = 1 then string_split_regex(line, ' *[|·] *|, +| +(?:at|bei|chez) +')
                    else string_split_regex(line, ' *[|·] *')
                end
            )),
            lambda part: part <> ''
        ) as said
    from unnamed
),

-- A line that ends in a legal form names the company; what stands before it is the title.
placed as (
    select
        email,
        phone,
        signed_name,
        said,
        list_position(
            said, list_filter(said, lambda part: regexp_matches(lower(part), '{{ legal_form }}'))[1]
        ) as company_position
    from said_apart
),

titled as (
    select
        email,
        phone,
        signed_name,
        said[1] as first_said,
        coalesce(said[company_position], said[2]) as company,
        case when company_position is distinct from 1 then said[1] end as job_title
    from placed
),

local_parts as (
    select
        email,
        rtrim(split_part(email, '@', 1), '0123456789') as whole_word,
        regexp_extract(email, '^([a-z]{4,})[^a-z@]', 1) as first_word,
        trim(regexp_replace(lower(display_name), '[^a-z]+', ' ', 'g')) as name_words
    from addresses
)

select
    addresses.email,
    addresses.address_key,
    addresses.display_name,
    addresses.display_names,
    addresses.domain,
    local_roles.role is not null or first_word_roles.role is not null as is_shared_mailbox,
    role_names.role_name is not null as is_role_name,
    free_domains.free_domain is not null as is_free_domain,
    titled.signed_name,
    titled.phone,
    case when local_roles.role is null and first_word_roles.role is null then titled.job_title end as job_title,
    case
        when local_roles.role is null and first_word_roles.role is null then titled.company
        -- nobody signs a shared mailbox but the organisation
        else coalesce(titled.company, titled.first_said)
    end as company,
    addresses.first_seen_at,
    addresses.last_seen_at,
    addresses.message_count,
    addresses.source_time,
    addresses.is_deleted
from addresses
left join local_parts on addresses.email = local_parts.email
left join titled on addresses.email = titled.email
left join roles as local_roles on local_parts.whole_word = local_roles.role
left join roles as first_word_roles on local_parts.first_word = first_word_roles.role
left join roles as role_names on local_parts.name_words = role_names.role_name
left join roles as free_domains on addresses.domain = free_domains.free_domain
