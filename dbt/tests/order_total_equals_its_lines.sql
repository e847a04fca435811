{{ config(severity='warn') }}

-- An order's total is what its lines come to, within a cent for each line (rounding of discounts).
with lines as (
    select
        order_no,
        sum(quantity * unit_price_cents * (1 - coalesce(discount_pct, 0) / 100)) as lines_cents,
        count(*) as line_count
    from {{ ref('stg_erp__order_lines') }}
    where not is_deleted
    group by order_no
)

select
    orders.order_no,
    orders.total_cents,
    lines.lines_cents
from {{ ref('stg_erp__orders') }} as orders
inner join lines on orders.order_no = lines.order_no
where
    not orders.is_deleted
    and abs(orders.total_cents - lines.lines_cents) > lines.line_count
