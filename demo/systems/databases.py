"""The three databases of the demo company: their tables, and a writer that fills them in batches.

Plain rollback journals, no write-ahead log: a finished file is one file, which can be copied. References
are declared but, as SQLite does by default, not enforced: the company's clerks delete what they like.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

CRM = """
create table companies(id integer primary key, name text, legal_name text, domain text, phone text,
    street text, postcode text, city text, country text, vat_number text,
    parent_id integer references companies(id), industry text, owner text,
    created_at text, updated_at text, deleted_at text);
create table contacts(id integer primary key, company_id integer references companies(id), first_name text,
    last_name text, email text, phone text, mobile text, job_title text, street text, postcode text,
    city text, country text, birthday text, is_primary integer,
    created_at text, updated_at text, deleted_at text);
create table deals(id integer primary key, company_id integer references companies(id),
    contact_id integer references contacts(id), title text, stage text, amount_cents integer, currency text,
    special_terms text, renewal_date text, close_date text,
    created_at text, updated_at text, deleted_at text);
create table notes(id integer primary key, company_id integer references companies(id),
    contact_id integer references contacts(id), deal_id integer references deals(id), author text, body text,
    created_at text, updated_at text, deleted_at text);
"""
ERP = """
create table customers(customer_no text primary key, company text, contact_name text, contact_role text,
    email text, phone text, address text, tax_id text, payment_terms_days integer,
    credit_limit_cents integer, blocked integer, changed_on text);
create table suppliers(supplier_no text primary key, company text, contact_name text, email text, phone text,
    address text, tax_id text, changed_on text);
create table products(sku text primary key, name text, unit_price_cents integer, changed_on text);
create table orders(order_no text primary key, customer_no text references customers(customer_no),
    deal_ref text, ordered_on text, status text, total_cents integer, currency text, terms text,
    changed_on text);
create table order_lines(order_no text references orders(order_no), line_no integer,
    sku text references products(sku), quantity integer, unit_price_cents integer, discount_pct real,
    changed_on text, primary key (order_no, line_no));
create table invoices(invoice_no text primary key, order_no text references orders(order_no),
    customer_no text references customers(customer_no), kind text, issued_on text, due_on text,
    amount_cents integer, currency text, status text, ticket_ref text, changed_on text);
create table payments(payment_no text primary key, invoice_no text references invoices(invoice_no),
    paid_on text, amount_cents integer, method text, changed_on text);
create table purchase_orders(po_no text primary key, supplier_no text references suppliers(supplier_no),
    ordered_on text, status text, total_cents integer, currency text, changed_on text);
create table receipts(receipt_no text primary key, po_no text references purchase_orders(po_no),
    received_on text, sku text references products(sku), quantity integer, changed_on text);
create table supplier_invoices(invoice_no text primary key, po_no text references purchase_orders(po_no),
    supplier_no text references suppliers(supplier_no), issued_on text, due_on text, amount_cents integer,
    currency text, status text, changed_on text);
"""
ITSM = """
create table organisations(org_id text primary key, org_name text, site_address text, phone text,
    email_domain text, sys_updated_on text);
create table requesters(user_id text primary key, display_name text, email text, phone text,
    org_id text references organisations(org_id), vip integer, active integer, sys_updated_on text);
create table tickets(ticket_no text primary key, requester_id text references requesters(user_id),
    org_id text references organisations(org_id), subject text, description text, priority text, status text,
    category text, opened_at text, resolved_at text, sys_updated_on text);
create table comments(comment_id text primary key, ticket_no text references tickets(ticket_no),
    author_id text, author_kind text, body text, created_at text, sys_updated_on text);
create table assets(asset_tag text primary key, org_id text references organisations(org_id),
    requester_id text references requesters(user_id), model text, serial_no text, installed_on text,
    sys_updated_on text);
"""
TABLES = {"crm": CRM, "erp": ERP, "itsm": ITSM}
CURSORS = {"crm": "updated_at", "erp": "changed_on", "itsm": "sys_updated_on"}
BATCH = 2_000  # rows; larger ones are no faster


class Database:
    """A system's database file, made new and filled in batches; closed, it is complete."""

    def __init__(self, folder: Path, source: str) -> None:
        self.source = source
        path = folder / f"{source}.db"
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path)
        self._connection.executescript(f"pragma synchronous = off; {TABLES[source]}")
        self._insert = {table: self._statement(table) for table in table_names(self._connection)}
        self._waiting: dict[str, list[Mapping[str, object]]] = {table: [] for table in self._insert}
        self.counts = dict.fromkeys(self._insert, 0)

    def add(self, table: str, row: Mapping[str, object]) -> None:
        """Take a row with a value for every column."""
        waiting = self._waiting[table]
        waiting.append(row)
        self.counts[table] += 1
        if len(waiting) >= BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        self._connection.executemany(self._insert[table], self._waiting[table])
        self._waiting[table].clear()

    def _statement(self, table: str) -> str:
        columns = [
            row[0] for row in self._connection.execute("select name from pragma_table_info(?)", [table])
        ]
        named = ", ".join(f":{column}" for column in columns)
        return f"insert into {table} ({', '.join(columns)}) values ({named})"  # noqa: S608  # our own DDL

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for table in self._insert:
                self._flush(table)
                cursor = CURSORS[self.source]
                if table in TABLES[self.source]:
                    self._connection.execute(f"create index {table}_{cursor} on {table}({cursor})")
            self._connection.commit()
        self._connection.close()


def table_names(connection: sqlite3.Connection) -> list[str]:
    """Return the tables of a database in the order in which they were made."""
    query = "select name from sqlite_schema where type = 'table' order by rowid"
    return [row[0] for row in connection.execute(query)]
