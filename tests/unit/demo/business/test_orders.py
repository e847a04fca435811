import sqlite3

FROM_DEALS = "erp.orders join crm.deals d on d.id = cast(deal_ref as integer) where special_terms is not null"


def test_an_order_carries_the_special_terms_of_its_deal(systems: sqlite3.Connection) -> None:
    assert systems.execute(f"select sum(terms = special_terms) from {FROM_DEALS}").fetchone()[0] > 0


def test_some_orders_forgot_the_special_terms(systems: sqlite3.Connection) -> None:
    assert systems.execute(f"select sum(terms <> special_terms) from {FROM_DEALS}").fetchone()[0] > 0


def test_an_order_is_of_the_customer_of_its_deal_or_billed_to_its_parent(systems: sqlite3.Connection) -> None:
    sql = """select count(*), sum(a.entity_id = b.entity_id), sum(a.entity_id = c.entity_id)
        from erp.orders join crm.deals d on d.id = cast(deal_ref as integer)
        join crm.companies company on company.id = d.company_id
        join truth a on a.record_id = 'erp:customer:' || customer_no
        join truth b on b.record_id = 'crm:company:' || d.company_id
        left join truth c on c.record_id = 'crm:company:' || company.parent_id"""
    count, own, of_parent = systems.execute(sql).fetchone()

    assert count == own + of_parent
    assert own > 5
    assert of_parent > 0


def test_a_total_is_the_sum_of_its_lines(systems: sqlite3.Connection) -> None:
    sql = """select total_cents, sum(round(quantity * unit_price_cents * (1 - discount_pct / 100)))
        from erp.orders join erp.order_lines using (order_no)
        where typeof(total_cents) = 'integer' group by order_no"""

    assert all(total == lines for total, lines in systems.execute(sql))


def test_orders_are_numbered_in_time(systems: sqlite3.Connection) -> None:
    days = [row[0] for row in systems.execute("select ordered_on from erp.orders order by order_no")]
    real = [day for day in days if day < "2030"]

    assert real == sorted(real)


def test_every_order_has_lines_and_products(systems: sqlite3.Connection) -> None:
    sql = "select count(*) from erp.orders where order_no not in (select order_no from erp.order_lines)"

    assert systems.execute(sql).fetchone()[0] == 0
    assert systems.execute("select min(unit_price_cents) from erp.products").fetchone()[0] > 0
