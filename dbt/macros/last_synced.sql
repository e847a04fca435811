{#- When sync last took a raw table in to the end, UTC. A row that did not change keeps the time of the load that
    brought it: the newest row of a quiet table says nothing of how fresh the table is. -#}
{% macro last_synced(table) -%}
    select max(ended_at)
    from sync.loads
    where status = 'complete' and 'raw_' || source = '{{ table.schema }}' and object = '{{ table.identifier }}'
{%- endmacro %}
