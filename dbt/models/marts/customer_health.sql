with organizations as (
    select golden_id
    from {{ ref('customers') }}
    where is_customer and party_type = 'organization'
),

doings as (
    select
        activity.golden_id,
        activity.activity_id,
        activity.kind,
        activity.occurred_at,
        activity.due_at,
        activity.status,
        activity.priority,
        activity.amount_cents,
        coalesce(activity.currency, 'XXX') as currency, -- ISO 4217: no currency is stated
        activity.references_activity_id,
        json_extract_string(activity.attributes, '$.order_no') as order_no
    from {{ ref('activities') }} as activity
    inner join organizations on activity.golden_id = organizations.golden_id
    where list_contains(activity.roles, 'customer') and activity.occurred_at < {{ as_of_date() }} + interval 1 day
),

billed as (
    select
        golden_id,
        activity_id,
        kind,
        currency,
        occurred_at,
        due_at,
        amount_cents,
        order_no,
        {{ is_one_of('status', 'settled_statuses') }} as is_settled
    from doings
    where kind in ('invoice', 'credit_note') and not {{ is_one_of('status', 'void_statuses') }}
),

revenue_by_currency as (
    select
        golden_id,
        currency,
        sum(amount_cents)::bigint as total_cents,
        coalesce(
            sum(amount_cents) filter (where occurred_at > {{ as_of_date() }} - interval 12 month), 0
        )::bigint as last_12_months_cents
    from billed
    where amount_cents is not null
    group by golden_id, currency
),

revenue as (
    select
        golden_id,
        map_from_entries(list((currency, total_cents) order by currency)) as revenue_cents,
        map_from_entries(list((currency, last_12_months_cents) order by currency)) as revenue_12_months_cents
    from revenue_by_currency
    group by golden_id
),

paid as (
    select
        golden_id,
        references_activity_id as invoice_id,
        sum(amount_cents) as paid_cents
    from doings
    where kind = 'payment'
    group by golden_id, references_activity_id
),

-- Days from due date to payment (early is negative), each payment by its amount.
payment_behaviour as (
    select
        billed.golden_id,
        sum(date_diff('day', billed.due_at, payment.occurred_at) * payment.amount_cents)
        / nullif(sum(payment.amount_cents), 0) as days_from_due_to_paid
    from billed
    inner join doings as payment
        on
            billed.activity_id = payment.references_activity_id
            and billed.golden_id = payment.golden_id
            and payment.kind = 'payment'
    where billed.due_at is not null and billed.kind = 'invoice'
    group by billed.golden_id
),

credits as (
    select
        golden_id,
        currency,
        order_no,
        -sum(amount_cents) as credit_cents
    from billed
    where kind = 'credit_note' and order_no is not null
    group by golden_id, currency, order_no
),

unpaid as (
    select
        billed.golden_id,
        billed.currency,
        billed.order_no,
        sum(greatest(billed.amount_cents - coalesce(paid.paid_cents, 0), 0)) as unpaid_cents
    from billed
    left join paid on billed.activity_id = paid.invoice_id and billed.golden_id = paid.golden_id
    where billed.kind = 'invoice' and not billed.is_settled and billed.due_at < {{ as_of_date() }}
    group by billed.golden_id, billed.currency, billed.order_no
),

-- What was credited for an order is no longer owed for it.
overdue_by_currency as (
    select
        unpaid.golden_id,
        unpaid.currency,
        sum(greatest(unpaid.unpaid_cents - coalesce(credits.credit_cents, 0), 0))::bigint as overdue_cents
    from unpaid
    left join credits
        on
            unpaid.golden_id = credits.golden_id
            and unpaid.currency = credits.currency
            and unpaid.order_no = credits.order_no
    group by unpaid.golden_id, unpaid.currency
),

overdue as (
    select
        golden_id,
        map_from_entries(list((currency, overdue_cents) order by currency)) as overdue_cents
    from overdue_by_currency
    where overdue_cents > 0
    group by golden_id
),

open_orders as (
    select
        golden_id,
        count(*) as open_orders
    from doings
    where kind = 'order' and not {{ is_one_of('status', 'closed_order_statuses') }}
    group by golden_id
),

open_tickets_by_priority as (
    select
        golden_id,
        coalesce(priority, 'none') as priority,
        count(*) as ticket_count
    from doings
    where kind = 'ticket' and not {{ is_one_of('status', 'closed_ticket_statuses') }}
    group by golden_id, coalesce(priority, 'none')
),

open_tickets as (
    select
        golden_id,
        sum(ticket_count)::bigint as open_tickets,
        map_from_entries(list((priority, ticket_count) order by priority)) as open_tickets_by_priority
    from open_tickets_by_priority
    group by golden_id
),

renewals as (
    select
        golden_id,
        coalesce(
            min(due_at) filter (where due_at >= {{ as_of_date() }}), max(due_at)
        )::date as renewal_on
    from doings
    where kind = 'deal' and not {{ is_one_of('status', 'lost_deal_stages') }}
    group by golden_id
),

people as (
    select
        to_golden_id as golden_id,
        from_golden_id as person_id,
        valid_from,
        valid_to,
        is_current
    from {{ ref('relationships') }}
    where kind = 'works_for'
),

contact_counts as (
    select
        golden_id,
        count(*) filter (where is_current) as contacts
    from people
    group by golden_id
),

-- Contact with an organisation is contact with it or with those who worked for it at the time.
contacts as (
    select
        golden_id,
        kind,
        occurred_at,
        activity_id
    from {{ ref('activities') }}
    where kind in ('email', 'ticket', 'note')
    union all
    select
        people.golden_id,
        activity.kind,
        activity.occurred_at,
        activity.activity_id
    from people
    inner join {{ ref('activities') }} as activity
        on
            people.person_id = activity.golden_id
            and activity.occurred_at >= coalesce(people.valid_from, activity.occurred_at)
            and activity.occurred_at <= coalesce(people.valid_to, activity.occurred_at)
    where activity.kind in ('email', 'ticket', 'note')
),

last_contacts as (
    select
        golden_id,
        max(occurred_at) as last_contact_at,
        arg_max(kind, (occurred_at, activity_id)) as last_contact_kind
    from contacts
    where occurred_at < {{ as_of_date() }} + interval 1 day
    group by golden_id
)

select
    organizations.golden_id,
    {{ as_of_date() }} as as_of,
    coalesce(revenue.revenue_cents, map()::map(varchar, bigint)) as revenue_cents,
    coalesce(revenue.revenue_12_months_cents, map()::map(varchar, bigint)) as revenue_12_months_cents,
    coalesce(overdue.overdue_cents, map()::map(varchar, bigint)) as overdue_cents,
    round(payment_behaviour.days_from_due_to_paid, 1) as days_from_due_to_paid,
    coalesce(open_orders.open_orders, 0) as open_orders,
    coalesce(open_tickets.open_tickets, 0) as open_tickets,
    coalesce(open_tickets.open_tickets_by_priority, map()::map(varchar, bigint)) as open_tickets_by_priority,
    renewals.renewal_on,
    last_contacts.last_contact_at,
    last_contacts.last_contact_kind,
    coalesce(contact_counts.contacts, 0) as contacts
from organizations
left join revenue on organizations.golden_id = revenue.golden_id
left join overdue on organizations.golden_id = overdue.golden_id
left join payment_behaviour on organizations.golden_id = payment_behaviour.golden_id
left join open_orders on organizations.golden_id = open_orders.golden_id
left join open_tickets on organizations.golden_id = open_tickets.golden_id
left join renewals on organizations.golden_id = renewals.golden_id
left join last_contacts on organizations.golden_id = last_contacts.golden_id
left join contact_counts on organizations.golden_id = contact_counts.golden_id
