{#- What a source may say of a party, as text: the columns of int_party_records between its key and its times. -#}
{% macro party_texts() -%}
    {{ return([
        'full_name', 'given_name', 'family_name', 'organization_name', 'employer', 'job_title', 'web_domain',
        'address', 'street', 'postcode', 'city', 'country', 'birth_date', 'tax_number', 'tax_country',
        'registration_number',
    ]) }}
{%- endmacro %}

{#- Select-list entries of a party as one object of one source knows it. `said` maps columns of int_party_records
    to expressions, and `emails` and `phones` to the columns that state them, the main one first; what it leaves
    out, the source does not say. -#}
{% macro party(source, object, key, party_type, said, observed_at, is_deleted='is_deleted') -%}
    '{{ source }}:{{ object }}:' || {{ key }}::varchar as record_id,
        '{{ source }}' as source,
        '{{ object }}' as object,
        {{ key }}::varchar as source_id,
        {{ party_type }} as party_type,
    {%- for column in party_texts() %}
        {{ said.get(column, 'null::varchar') }} as {{ column }},
    {%- endfor %}
        {{ stated_list(said.get('emails', [])) }} as emails,
        {{ stated_list(said.get('phones', [])) }} as phones,
        {{ observed_at }} as observed_at,
        {{ is_deleted }} as is_deleted
{%- endmacro %}

{#- The key of a mail address that is written in lower case: a record id stands in the clear wherever it goes, and
    an address may not. 128 bits, so that no two addresses meet. -#}
{% macro address_key(email) -%}
    left(sha256({{ email }}), 32)
{%- endmacro %}
