import sqlite3


def test_a_credit_note_follows_the_outage_ticket_of_the_same_customer(systems: sqlite3.Connection) -> None:
    sql = """select issued_on, substr(resolved_at, 1, 10) as resolved_on, amount_cents, category,
            buyer.entity_id = org.entity_id as same_customer
        from erp.invoices join itsm.tickets on ticket_no = ticket_ref
        join truth buyer on buyer.record_id = 'erp:customer:' || customer_no
        join truth org on org.record_id = 'itsm:organisation:' || org_id
        where kind = 'credit_note'"""
    notes = systems.execute(sql).fetchall()

    assert notes
    for note in notes:
        assert note["issued_on"] > note["resolved_on"]
        assert (note["category"], note["same_customer"], note["amount_cents"] < 0) == ("outage", 1, True)


def test_customers_differ_in_how_late_they_pay(systems: sqlite3.Connection) -> None:
    sql = """select avg(julianday(paid_on) - julianday(due_on)) from erp.payments
        join erp.invoices using (invoice_no) where due_on <> '2026-02-31' group by customer_no"""
    days = [row[0] for row in systems.execute(sql)]

    assert min(days) < 0
    assert max(days) > 15


def test_invoices_are_paid_partly_paid_open_and_overdue(systems: sqlite3.Connection) -> None:
    states = {
        row[0] for row in systems.execute("select distinct status from erp.invoices where kind = 'invoice'")
    }

    assert {"paid", "partly paid", "overdue"} <= states


def test_nobody_pays_more_than_was_billed(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from (select invoice_no, sum(p.amount_cents) paid, i.amount_cents billed
        from erp.payments p join erp.invoices i using (invoice_no) group by invoice_no) where paid > billed"""

    assert systems.execute(sql).fetchone()[0] == 0


def test_some_invoices_are_booked_again_long_after(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from erp.invoices
        where julianday(substr(changed_on, 1, 10)) - julianday(due_on) > 150 and status = 'paid'"""

    assert systems.execute(sql).fetchone()[0] > 0
