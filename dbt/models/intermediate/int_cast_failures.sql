{%- set typed_models = [
    ('crm', 'companies'), ('crm', 'contacts'), ('crm', 'deals'), ('crm', 'notes'),
    ('erp', 'customers'), ('erp', 'suppliers'), ('erp', 'products'), ('erp', 'orders'), ('erp', 'order_lines'),
    ('erp', 'invoices'), ('erp', 'payments'), ('erp', 'purchase_orders'), ('erp', 'receipts'),
    ('erp', 'supplier_invoices'),
    ('itsm', 'organisations'), ('itsm', 'requesters'), ('itsm', 'tickets'), ('itsm', 'comments'),
    ('itsm', 'assets'), ('email', 'messages'),
] -%}

with failures as (
    {%- for source, object in typed_models %}
    select
        '{{ source }}' as source,
        '{{ object }}' as object,
        record_key,
        load_id,
        synced_at,
        unnest(cast_failures) as failure
    from {{ ref('stg_' ~ source ~ '__' ~ object) }}
    {{- ' union all' if not loop.last }}
    {%- endfor %}
)

select
    source,
    object,
    record_key,
    failure.field as field,
    failure.value as value,
    failure.expected as expected_type,
    load_id,
    synced_at
from failures
