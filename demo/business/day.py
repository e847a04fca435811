"""A day in the life of the finished sandbox: what clerks, customers and machines change in one day.

Works on the databases alone, as the clerks do; only the truth is kept up beside it. The CRM marks what is
deleted, the ERP and the service desk lose the row.
"""

import random
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from demo.business.phrases import phrase
from demo.population.atlas import atlas
from demo.systems.entries import at_work, stamp
from demo.systems.truth import Truth

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class Clerk:
    """Someone who works in one system on one day; `told` is what they did, in words."""

    connection: sqlite3.Connection
    day: date
    rng: random.Random
    truth: Truth
    told: list[str] = field(default_factory=list)

    @property
    def now(self) -> str:
        """A moment of the working day."""
        return stamp(at_work(self.day, self.rng))

    def pick(self, table: str, where: str = "1") -> Iterator[Row]:
        """Yield one row that fits a condition of ours, or none where none does."""
        query = f"from {table} where {where}"
        count = self.connection.execute(f"select count(*) {query}").fetchone()[0]  # our own SQL
        if count:
            at = self.rng.randrange(count)
            yield from self.connection.execute(f"select * {query} order by 1 limit 1 offset ?", [at])

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Insert a row; columns that are not named stay NULL."""
        marks = ", ".join("?" * len(row))
        sql = f"insert into {table} ({', '.join(row)}) values ({marks})"  # noqa: S608
        self.connection.execute(sql, list(row.values()))

    def update(self, table: str, key: tuple[str, Any], **values: object) -> None:
        """Change columns of one row."""
        changes = ", ".join(f"{column} = ?" for column in values)
        sql = f"update {table} set {changes} where {key[0]} = ?"  # noqa: S608
        self.connection.execute(sql, [*values.values(), key[1]])

    def delete(self, table: str, column: str, value: object) -> None:
        """Take rows out for good."""
        self.connection.execute(f"delete from {table} where {column} = ?", [value])  # noqa: S608

    def next_number(self, table: str, column: str, skip: int = 0) -> int:
        """Return one more than the largest number in a key that begins with `skip` letters."""
        query = f"select max(cast(substr({column}, ?) as integer)) from {table}"  # noqa: S608
        return int(self.connection.execute(query, [skip + 1]).fetchone()[0] or 0) + 1


def change_crm(clerk: Clerk) -> None:
    """A newcomer, a job change, a corrected number, a deal that moves, a note, and a contact taken out."""
    live = "deleted_at is null and company_id is not null"
    for company in clerk.pick("companies", "deleted_at is null and domain is not null"):
        _new_contact(clerk, company)
    for contact in clerk.pick("contacts", live):
        other = f"deleted_at is null and id <> {int(contact['company_id'])}"
        for company in clerk.pick("companies", other):
            changes = {"company_id": company["id"], "email": None, "updated_at": clerk.now}
            clerk.update("contacts", ("id", contact["id"]), **changes)
            clerk.told.append(f"contact {contact['id']}, {_name(contact)}, now works for {company['name']}")
    for contact in clerk.pick("contacts", live):
        mobile = f"+49 171 39{clerk.rng.randrange(10**5):05}"
        clerk.update("contacts", ("id", contact["id"]), mobile=mobile, updated_at=clerk.now)
        clerk.told.append(f"contact {contact['id']}, {_name(contact)}, has a new mobile number")
    for deal in clerk.pick("deals", "deleted_at is null"):
        stage = "won" if deal["stage"] != "won" else "negotiation"
        clerk.update("deals", ("id", deal["id"]), stage=stage, updated_at=clerk.now)
        clerk.told.append(f"deal {deal['id']}, {deal['title']}, is now {stage}; a note on it")
        _new_note(clerk, deal)
    for contact in clerk.pick(
        "contacts", f"{live} and substr(updated_at, 1, 10) < '{clerk.day.isoformat()}'"
    ):
        now = clerk.now
        clerk.update("contacts", ("id", contact["id"]), updated_at=now, deleted_at=now)
        clerk.told.append(f"contact {contact['id']}, {_name(contact)}, was deleted")


def _name(contact: Row) -> str:
    return f"{contact['first_name'] or ''} {contact['last_name'] or ''}".strip()


def _new_contact(clerk: Clerk, company: Row) -> None:
    first = clerk.rng.choice(list(atlas()["given_names"]["en"]["f"]))
    last = f"{clerk.rng.choice(atlas()['family_names']['en']['first'])}ley"
    number, now = clerk.next_number("contacts", "id"), clerk.now
    row = {
        "id": number,
        "company_id": company["id"],
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{clerk.day:%y%m%d}@{company['domain']}".lower(),
        "phone": company["phone"],
        "job_title": "Buyer",
        "is_primary": 0,
        "created_at": now,
        "updated_at": now,
    }
    clerk.insert("contacts", row)
    clerk.truth.note(f"crm:contact:{number}", f"person-{clerk.day:%Y%m%d}-{number}")
    clerk.told.append(f"contact {number} is new: {first} {last}, {company['name']}")


def _new_note(clerk: Clerk, deal: Row) -> None:
    now = clerk.now
    row = {
        "id": clerk.next_number("notes", "id"),
        "company_id": deal["company_id"],
        "deal_id": deal["id"],
        "author": "Sales",
        "body": phrase("note", "en", clerk.rng, reference=f"D-{deal['id']}"),
        "created_at": now,
        "updated_at": now,
    }
    clerk.insert("notes", row)


def change_erp(clerk: Clerk) -> None:
    """An order with its invoice, a payment, a new address; a bill and an unused customer deleted for good."""
    for customer in clerk.pick("customers", "company is not null"):
        for product in clerk.pick("products"):
            _new_order(clerk, customer, product)
    for invoice in clerk.pick("invoices", "status in ('open', 'overdue')"):
        _new_payment(clerk, invoice)
    for customer in clerk.pick("customers"):
        address = f"Schleusenufer {clerk.rng.randint(1, 90)}, 20099 Hamburg"
        clerk.update(
            "customers", ("customer_no", customer["customer_no"]), address=address, changed_on=clerk.now
        )
        who = customer["company"] or customer["contact_name"]
        clerk.told.append(f"customer {customer['customer_no']}, {who}, moved to {address}")
    for bill in clerk.pick("supplier_invoices"):
        clerk.delete("supplier_invoices", "invoice_no", bill["invoice_no"])
        clerk.told.append(f"supplier invoice {bill['invoice_no']} was deleted")
    used = "select customer_no from orders union select customer_no from invoices"
    for customer in clerk.pick("customers", f"customer_no not in ({used})"):
        clerk.delete("customers", "customer_no", customer["customer_no"])
        clerk.told.append(f"customer {customer['customer_no']}, who never ordered, was deleted")
        clerk.truth.forget(f"erp:customer:{customer['customer_no']}")
        clerk.truth.forget(f"erp:customer_contact:{customer['customer_no']}")


def _new_order(clerk: Clerk, customer: Row, product: Row) -> None:
    """An order with one line, billed on the same day."""
    quantity, days = clerk.rng.randint(1, 9), customer["payment_terms_days"]
    total, today = quantity * product["unit_price_cents"], clerk.day.isoformat()
    order_no = str(clerk.next_number("orders", "order_no"))
    both = {
        "order_no": order_no,
        "customer_no": customer["customer_no"],
        "currency": "EUR",
        "status": "open",
        "changed_on": clerk.now,
    }
    clerk.insert("orders", {**both, "ordered_on": today, "total_cents": total, "terms": f"{days} days net"})
    line = {
        "order_no": order_no,
        "line_no": 1,
        "sku": product["sku"],
        "quantity": quantity,
        "unit_price_cents": product["unit_price_cents"],
        "discount_pct": 0.0,
        "changed_on": both["changed_on"],
    }
    clerk.insert("order_lines", line)
    invoice = {
        "invoice_no": f"R{clerk.next_number('invoices', 'invoice_no', 1)}",
        "kind": "invoice",
        "issued_on": today,
        "due_on": (clerk.day + timedelta(days=days)).isoformat(),
        "amount_cents": total,
    }
    clerk.insert("invoices", {**both, **invoice})
    clerk.told.append(
        f"order {order_no} of customer {customer['customer_no']}, billed as {invoice['invoice_no']}"
    )


def _new_payment(clerk: Clerk, invoice: Row) -> None:
    now = clerk.now
    clerk.update("invoices", ("invoice_no", invoice["invoice_no"]), status="paid", changed_on=now)
    row = {
        "payment_no": f"Z{clerk.next_number('payments', 'payment_no', 1)}",
        "invoice_no": invoice["invoice_no"],
        "paid_on": clerk.day.isoformat(),
        "amount_cents": invoice["amount_cents"],
        "method": "bank transfer",
        "changed_on": now,
    }
    clerk.insert("payments", row)
    clerk.told.append(f"payment {row['payment_no']} of invoice {invoice['invoice_no']}")


def change_itsm(clerk: Clerk) -> None:
    """A ticket with a comment, one resolved; a comment, an asset and a silent requester deleted for good."""
    for comment in clerk.pick("comments"):
        clerk.delete("comments", "comment_id", comment["comment_id"])
        clerk.told.append(f"a comment on ticket {comment['ticket_no']} was deleted")
    for ticket in clerk.pick("tickets", "status in ('new', 'in progress')"):
        now = clerk.now
        changes = {"status": "resolved", "resolved_at": now, "sys_updated_on": now}
        clerk.update("tickets", ("ticket_no", ticket["ticket_no"]), **changes)
        clerk.told.append(f"ticket {ticket['ticket_no']} was resolved")
    for requester in clerk.pick("requesters", "active = 1 and org_id is not null"):
        _new_ticket(clerk, requester)
    for asset in clerk.pick("assets"):
        clerk.delete("assets", "asset_tag", asset["asset_tag"])
        clerk.told.append(f"asset {asset['asset_tag']} was deleted")
    busy = "select requester_id from tickets union select requester_id from assets"
    for requester in clerk.pick("requesters", f"user_id not in ({busy})"):
        clerk.delete("requesters", "user_id", requester["user_id"])
        clerk.told.append(f"requester {requester['user_id']}, who never asked, was deleted")
        clerk.truth.forget(f"itsm:requester:{requester['user_id']}")


def _new_ticket(clerk: Clerk, requester: Row) -> None:
    """A ticket, and the first comment on it."""
    now = clerk.now
    ticket_no = f"INC{clerk.next_number('tickets', 'ticket_no', 3):07}"
    ticket = {
        "ticket_no": ticket_no,
        "requester_id": requester["user_id"],
        "org_id": requester["org_id"],
        "subject": phrase("subject_incident", "en", clerk.rng),
        "description": phrase("incident", "en", clerk.rng),
        "priority": "3",
        "status": "new",
        "category": "incident",
        "opened_at": now,
        "sys_updated_on": now,
    }
    clerk.insert("tickets", ticket)
    comment = {
        "comment_id": f"CMT{clerk.next_number('comments', 'comment_id', 3):08}",
        "ticket_no": ticket_no,
        "author_id": "agent1",
        "author_kind": "agent",
        "body": phrase("comment_agent", "en", clerk.rng),
        "created_at": now,
        "sys_updated_on": now,
    }
    clerk.insert("comments", comment)
    clerk.told.append(f"ticket {ticket_no} of {requester['display_name']}: {ticket['subject']}")
