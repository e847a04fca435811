"""Values that should not be in the systems and, as in every company, are: done to the finished databases.

SQLite keeps a text in an integer column where it cannot be read as a number, which is how the amounts that
are no amounts get in. Each statement spoils `:count` rows, apart from those that another one spoils.
"""

import sqlite3
from pathlib import Path

from demo.business.injections import NOTE, TICKET

EVERY = 1500  # parties for each spoilt row of a kind, but one at least
FLAWS: dict[str, tuple[tuple[str, str, str, object], ...]] = {  # table, key, column, value
    "crm": (
        ("contacts", "id", "email", "keine E-Mail bekannt"),
        ("contacts", "id", "first_name", None),  # with the next: a contact without any name
        ("contacts", "id", "birthday", "2071-03-04"),
        ("contacts", "id", "email", "info[at]example"),
        ("companies", "id", "name", None),
        ("deals", "id", "amount_cents", "t.b.d."),
        ("notes", "id", "body", NOTE),
    ),
    "erp": (
        ("customers", "customer_no", "email", "siehe Ansprechpartner"),
        ("customers", "customer_no", "company", None),
        ("orders", "order_no", "total_cents", "auf Anfrage"),
        ("orders", "order_no", "ordered_on", "2094-07-01"),
        ("invoices", "invoice_no", "due_on", "2026-02-31"),
        ("suppliers", "supplier_no", "company", None),
    ),
    "itsm": (
        ("requesters", "user_id", "display_name", None),
        ("requesters", "user_id", "email", "@"),
        ("tickets", "ticket_no", "opened_at", "31.02.2024 25:61"),
        ("tickets", "ticket_no", "description", TICKET),
    ),
}


def spoil(folder: Path, parties: int) -> None:
    """Put the flaws into the databases of a folder."""
    count = max(1, parties // EVERY)
    for source, flaws in FLAWS.items():
        connection = sqlite3.connect(folder / f"{source}.db")
        connection.execute("pragma synchronous = off")
        for place, (table, key, column, value) in enumerate(flaws):
            chosen = f"select {key} from {table} order by {key} limit ? offset ?"  # noqa: S608  # our own names
            also = ", last_name = null" if column == "first_name" else ""
            sql = f"update {table} set {column} = ?{also} where {key} in ({chosen})"  # noqa: S608
            connection.execute(sql, [value, 1 if value in (NOTE, TICKET) else count, 3 + place * (count + 1)])
        connection.commit()
        connection.close()
