{#- Relations are written without the database: its name is that of the warehouse's file, and views must still
    hold in the read-only copy that analysts get under another name. -#}
{% macro ref() -%}
    {%- set version = kwargs.get('version') or kwargs.get('v') -%}
    {%- if varargs | length > 1 -%}
        {{ return(builtins.ref(varargs[0], varargs[1], version=version).include(database=false)) }}
    {%- endif -%}
    {{ return(builtins.ref(varargs[0], version=version).include(database=false)) }}
{%- endmacro %}

{% macro source(source_name, table_name) -%}
    {{ return(builtins.source(source_name, table_name).include(database=false)) }}
{%- endmacro %}
