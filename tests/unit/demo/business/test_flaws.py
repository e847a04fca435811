import sqlite3

import pytest

FLAWS = {
    "an e-mail that is none": "crm.contacts where email not like '%@%'",
    "a contact without a name": "crm.contacts where first_name is null and last_name is null",
    "a birthday to come": "crm.contacts where birthday > '2030'",
    "a company without a name": "crm.companies where name is null",
    "a deal whose amount is a text": "crm.deals where typeof(amount_cents) = 'text'",
    "an order whose total is a text": "erp.orders where typeof(total_cents) = 'text'",
    "an order of the future": "erp.orders where ordered_on > '2030'",
    "a due date that no calendar has": "erp.invoices where due_on = '2026-02-31'",
    "a customer without a name": "erp.customers where company is null",
    "a supplier without a name": "erp.suppliers where company is null",
    "a requester without a name": "itsm.requesters where display_name is null",
    "an address that is only a sign": "itsm.requesters where email = '@'",
    "a time that no clock shows": "itsm.tickets where julianday(opened_at) is null",
}


@pytest.mark.parametrize("rows", FLAWS.values(), ids=FLAWS)
def test_the_systems_hold(rows: str, systems: sqlite3.Connection) -> None:
    assert 1 <= systems.execute(f"select count(*) from {rows}").fetchone()[0] <= 5


def test_a_spoilt_record_keeps_its_truth(systems: sqlite3.Connection) -> None:
    sql = """select count(*) from crm.contacts join truth on record_id = 'crm:contact:' || id
        where first_name is null and last_name is null"""

    assert systems.execute(sql).fetchone()[0] >= 1
