{#- Rules that hold for every row, asked for together: a test of dbt costs far more than what it asks. A row of the
    result names a rule that is broken and how many rows break it.

    key           columns that together are never twice, and each never null
    every_row_of  raw table whose every key is in the model: rows are typed and marked, never dropped
    never_null    columns with a value in every row
    among         column: the values that it may have; null is none of them and is let through
    references    list of {column, to, field}: what the column names, where it names anything, is there
    rules         sentence: condition; null counts as broken -#}
{% test keeps_its_rules(
    model, key=[], every_row_of=none, never_null=[], among={}, references=[], rules={}
) %}
{{ config(fail_calc='coalesce(sum(broken), 0)::bigint') }}
{%- set conditions = {} -%}
{%- for column in key + never_null -%}
    {%- do conditions.update({column ~ ' is never null': column ~ ' is not null'}) -%}
{%- endfor -%}
{%- for column, values in among.items() -%}
    {%- set listed = "'" ~ values | join("', '") ~ "'" -%}
    {%- do conditions.update({
        column ~ ' is one of ' ~ values | join(', '): column ~ ' is null or ' ~ column ~ ' in (' ~ listed ~ ')'
    }) -%}
{%- endfor -%}
{%- do conditions.update(rules) -%}

{%- set found = [] -%}
{%- if conditions -%}
    {%- set counts -%}
    select unnest(
        [
        {%- for rule, condition in conditions.items() %}
            {
                'rule': {{ dbt.string_literal(dbt.escape_single_quotes(rule)) }},
                'broken': count(*) filter (where not coalesce({{ condition }}, false))
            }{{ ',' if not loop.last }}
        {%- endfor %}
        ],
        recursive := true
    )
    from {{ model }}
    {%- endset -%}
    {%- do found.append(counts) -%}
{%- endif -%}
{%- if key -%}
    {%- set twice -%}
    select '{{ key | join(', ') }} is there once' as rule, coalesce(sum(times - 1), 0)::bigint as broken
    from (select count(*) as times from {{ model }} group by {{ key | join(', ') }})
    {%- endset -%}
    {%- do found.append(twice) -%}
{%- endif -%}
{%- if every_row_of -%}
    {%- set lost -%}
    select 'every row of {{ every_row_of.schema }}.{{ every_row_of.identifier }} is there' as rule, count(*) as broken
    from {{ every_row_of }} as raw
    anti join {{ model }} as modelled on raw._record_key = modelled.record_key
    {%- endset -%}
    {%- do found.append(lost) -%}
{%- endif -%}
{%- for reference in references -%}
    {%- set dangling -%}
    select '{{ reference.column }} is in {{ reference.to.identifier }}' as rule, count(*) as broken
    from {{ model }} as stated
    anti join {{ reference.to }} as meant on stated.{{ reference.column }} = meant.{{ reference.field }}
    where stated.{{ reference.column }} is not null
    {%- endset -%}
    {%- do found.append(dangling) -%}
{%- endfor %}
with found as (
    {{ found | join('\n    union all\n') }}
)

select
    rule,
    broken
from found
where broken > 0
order by rule
{% endtest %}
