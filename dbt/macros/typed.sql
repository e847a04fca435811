{#- What a source stated in a column: its text, blank being nothing. -#}
{% macro stated(column) -%}
    nullif(trim({{ column }}::varchar), '')
{%- endmacro %}

{#- A stated value in a type, or null where it cannot be read so. A time with an offset is brought to UTC:
    DuckDB's own cast to timestamp drops the offset. A time without one is UTC (the contract of raw tables). -#}
{% macro read_as(column, kind) -%}
    {%- if kind == 'timestamp' -%}
        case
            when regexp_matches({{ stated(column) }}, ':[0-9.]+ ?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$')
                then try_cast({{ stated(column) }} as timestamptz) at time zone 'UTC'
            else try_cast({{ stated(column) }} as timestamp)
        end
    {%- else -%}
        try_cast({{ stated(column) }} as {{ kind }})
    {%- endif -%}
{%- endmacro %}

{#- Select-list entries for columns that need another type: `[column of the source, type, name]` each, and
    `cast_failures`, the list of values that could not be read (int_cast_failures has one row for each). -#}
{% macro typed(columns) -%}
    {%- for column, kind, name in columns %}
        {{ read_as(column, kind) }} as {{ name }},
    {%- endfor %}
        list_filter(
            [
            {%- for column, kind, name in columns %}
                {
                    'field': '{{ column }}',
                    'value': case when {{ read_as(column, kind) }} is null then {{ stated(column) }} end,
                    'expected': '{{ kind }}'
                }{{ ',' if not loop.last }}
            {%- endfor %}
            ],
            lambda failure: failure.value is not null
        ) as cast_failures
{%- endmacro %}

{#- Select-list entries that every staging model ends with; `deleted` is a condition under which the source
    itself calls the row deleted. -#}
{% macro bookkeeping(deleted='false') -%}
        _record_key as record_key,
        _source_time as source_time,
        coalesce(_is_deleted, false) or {{ deleted }} as is_deleted,
        _load_id as load_id,
        _synced_at as synced_at
{%- endmacro %}

{#- The list of what the columns state, in their order. -#}
{% macro stated_list(columns) -%}
    list_filter(
        [{% for column in columns %}{{ stated(column) }}{{ ', ' if not loop.last }}{% endfor %}],
        lambda stated: stated is not null
    )
{%- endmacro %}

{#- The day of the figures: variable `as_of`, else the day (UTC) on which the run began. -#}
{% macro as_of_date() -%}
    date '{{ var('as_of') or run_started_at.strftime('%Y-%m-%d') }}'
{%- endmacro %}

{#- Whether the lower-case form of a column is one of the words of a variable. -#}
{% macro is_one_of(column, variable) -%}
    coalesce(lower(trim({{ column }})) in (
        {%- for word in var(variable) %}'{{ word }}'{{ ', ' if not loop.last }}{% endfor -%}
    ), false)
{%- endmacro %}

{#- The words of a text in plain small letters: German umlauts written out as in addresses, accents removed. -#}
{% macro letters(text) -%}
    regexp_replace(
        strip_accents(replace(replace(replace(replace(
            lower(coalesce({{ text }}, '')), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue'), 'ß', 'ss')),
        '[^a-z]+', ' ', 'g'
    )
{%- endmacro %}
