with lines_of_orders as (
    select
        line.order_no,
        list(
            {
                'sku': line.sku,
                'product': product.name,
                'quantity': line.quantity,
                'unit_price_cents': line.unit_price_cents,
                'discount_pct': line.discount_pct
            }
            order by line.line_no
        ) as lines
    from {{ ref('stg_erp__order_lines') }} as line
    left join {{ ref('stg_erp__products') }} as product on line.sku = product.sku
    where not line.is_deleted
    group by line.order_no
),

receipts_of_purchases as (
    select
        po_no,
        count(*) as receipt_count,
        sum(quantity)::bigint as quantity_received,
        max(received_on) as last_received_on
    from {{ ref('stg_erp__receipts') }}
    where not is_deleted
    group by po_no
),

comments_of_tickets as (
    select
        ticket_no,
        list({'at': created_at, 'by': author_kind, 'text': body} order by created_at, comment_id) as comments
    from {{ ref('stg_itsm__comments') }}
    where not is_deleted
    group by ticket_no
),

invoices as (
    select
        invoice_no,
        order_no,
        customer_no,
        kind,
        issued_on,
        due_on,
        amount_cents,
        signed_amount_cents,
        currency,
        status,
        ticket_no,
        changed_at,
        source_time,
        is_deleted
    from {{ ref('stg_erp__invoices') }}
),

activities as (
    select
        'crm' as source,
        'deal' as object,
        deal_id::varchar as source_id,
        'deal' as kind,
        created_at as occurred_at,
        title,
        null as body,
        stage as status,
        amount_cents,
        currency,
        renewal_on::timestamp as due_at,
        null as priority,
        null as thread_id,
        null as references_activity_id,
        special_terms as terms,
        json_object('renewal_on', renewal_on, 'closes_on', closes_on) as attributes,
        coalesce(updated_at, source_time) as source_time,
        is_deleted
    from {{ ref('stg_crm__deals') }}
    union all
    select
        'crm' as source,
        'note' as object,
        note_id::varchar as source_id,
        'note' as kind,
        created_at as occurred_at,
        null as title,
        body,
        null as status,
        null as amount_cents,
        null as currency,
        null as due_at,
        null as priority,
        null as thread_id,
        'crm:deal:' || deal_id as references_activity_id,
        null as terms,
        json_object('author', author) as attributes,
        coalesce(updated_at, source_time) as source_time,
        is_deleted
    from {{ ref('stg_crm__notes') }}
    union all
    select
        'erp' as source,
        'order' as object,
        orders.order_no as source_id,
        'order' as kind,
        orders.ordered_on::timestamp as occurred_at,
        'Order ' || orders.order_no as title,
        array_to_string(
            list_transform(
                lines_of_orders.lines, lambda line: line.quantity || ' × ' || coalesce(line.product, line.sku)
            ),
            chr(10)
        ) as body,
        orders.status,
        orders.total_cents as amount_cents,
        orders.currency,
        null as due_at,
        null as priority,
        null as thread_id,
        'crm:deal:' || orders.deal_id as references_activity_id,
        orders.terms,
        json_object('lines', coalesce(to_json(lines_of_orders.lines), '[]'::json)) as attributes,
        coalesce(orders.changed_at, orders.source_time) as source_time,
        orders.is_deleted
    from {{ ref('stg_erp__orders') }} as orders
    left join lines_of_orders on orders.order_no = lines_of_orders.order_no
    union all
    select
        'erp' as source,
        'invoice' as object,
        invoice_no as source_id,
        kind,
        issued_on::timestamp as occurred_at,
        case kind when 'credit_note' then 'Credit note ' else 'Invoice ' end || invoice_no as title,
        null as body,
        status,
        signed_amount_cents as amount_cents,
        currency,
        due_on::timestamp as due_at,
        null as priority,
        null as thread_id,
        coalesce(
            case when kind = 'credit_note' then 'itsm:ticket:' || ticket_no end, 'erp:order:' || order_no
        ) as references_activity_id,
        null as terms,
        json_object('order_no', order_no, 'ticket_no', ticket_no) as attributes,
        coalesce(changed_at, source_time) as source_time,
        is_deleted
    from invoices
    union all
    select
        'erp' as source,
        'payment' as object,
        payment.payment_no as source_id,
        'payment' as kind,
        payment.paid_on::timestamp as occurred_at,
        'Payment ' || payment.payment_no as title,
        null as body,
        null as status,
        payment.amount_cents,
        invoices.currency,
        null as due_at,
        null as priority,
        null as thread_id,
        'erp:invoice:' || payment.invoice_no as references_activity_id,
        null as terms,
        json_object('method', payment.method) as attributes,
        coalesce(payment.changed_at, payment.source_time) as source_time,
        payment.is_deleted
    from {{ ref('stg_erp__payments') }} as payment
    left join invoices on payment.invoice_no = invoices.invoice_no
    union all
    select
        'erp' as source,
        'purchase_order' as object,
        purchase.po_no as source_id,
        'purchase_order' as kind,
        purchase.ordered_on::timestamp as occurred_at,
        'Purchase order ' || purchase.po_no as title,
        null as body,
        purchase.status,
        purchase.total_cents as amount_cents,
        purchase.currency,
        null as due_at,
        null as priority,
        null as thread_id,
        null as references_activity_id,
        null as terms,
        json_object(
            'receipts', coalesce(receipts.receipt_count, 0),
            'quantity_received', coalesce(receipts.quantity_received, 0),
            'last_received_on', receipts.last_received_on
        ) as attributes,
        coalesce(purchase.changed_at, purchase.source_time) as source_time,
        purchase.is_deleted
    from {{ ref('stg_erp__purchase_orders') }} as purchase
    left join receipts_of_purchases as receipts on purchase.po_no = receipts.po_no
    union all
    select
        'erp' as source,
        'supplier_invoice' as object,
        invoice_no as source_id,
        'supplier_invoice' as kind,
        issued_on::timestamp as occurred_at,
        'Supplier invoice ' || invoice_no as title,
        null as body,
        status,
        amount_cents,
        currency,
        due_on::timestamp as due_at,
        null as priority,
        null as thread_id,
        'erp:purchase_order:' || po_no as references_activity_id,
        null as terms,
        null as attributes,
        coalesce(changed_at, source_time) as source_time,
        is_deleted
    from {{ ref('stg_erp__supplier_invoices') }}
    union all
    select
        'itsm' as source,
        'ticket' as object,
        ticket.ticket_no as source_id,
        'ticket' as kind,
        ticket.opened_at as occurred_at,
        ticket.subject as title,
        ticket.description as body,
        ticket.status,
        null as amount_cents,
        null as currency,
        null as due_at,
        ticket.priority,
        null as thread_id,
        null as references_activity_id,
        null as terms,
        json_object(
            'category', ticket.category,
            'resolved_at', ticket.resolved_at,
            'comments', coalesce(to_json(comments_of_tickets.comments), '[]'::json)
        ) as attributes,
        coalesce(ticket.updated_at, ticket.source_time) as source_time,
        ticket.is_deleted
    from {{ ref('stg_itsm__tickets') }} as ticket
    left join comments_of_tickets on ticket.ticket_no = comments_of_tickets.ticket_no
    union all
    select
        'itsm' as source,
        'asset' as object,
        asset_tag as source_id,
        'asset' as kind,
        installed_on::timestamp as occurred_at,
        model as title,
        null as body,
        null as status,
        null as amount_cents,
        null as currency,
        null as due_at,
        null as priority,
        null as thread_id,
        null as references_activity_id,
        null as terms,
        json_object('serial_no', serial_no) as attributes,
        coalesce(updated_at, source_time) as source_time,
        is_deleted
    from {{ ref('stg_itsm__assets') }}
    union all
    select
        'email' as source,
        'message' as object,
        message_id as source_id,
        'email' as kind,
        sent_at as occurred_at,
        subject as title,
        body_text as body,
        null as status,
        null as amount_cents,
        null as currency,
        null as due_at,
        null as priority,
        thread_id,
        null as references_activity_id,
        null as terms,
        json_object('mailbox', mailbox, 'attachments', attachments, 'in_reply_to', in_reply_to) as attributes,
        coalesce(source_time, sent_at) as source_time,
        is_deleted
    from {{ ref('stg_email__messages') }}
    -- mail among ourselves happened with no party
    where message_id in (select message_id from {{ ref('stg_email__participants') }} where not is_own_employee)
)

select
    source || ':' || object || ':' || source_id as activity_id,
    source,
    object,
    kind,
    occurred_at,
    title,
    body,
    status,
    amount_cents::bigint as amount_cents,
    currency,
    due_at::timestamp as due_at,
    priority::varchar as priority,
    thread_id::varchar as thread_id,
    references_activity_id,
    terms,
    attributes::varchar as attributes,
    source_time,
    is_deleted
from activities
