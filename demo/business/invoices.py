"""Invoices, credit notes and payments of the ERP.

How long after the due date a firm pays is a habit of the firm. A credit note has a negative amount, names
the outage ticket that it answers, and corrects an order of the same customer.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from demo.business.occasions import Occasion, Topic
from demo.business.orders import Order
from demo.business.service import Outage
from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import batch_stamp

EVERY_UNPAID = 29  # one order in so many is never paid
EVERY_PART_PAID = 23
METHODS = ("bank transfer", "bank transfer", "direct debit", "card")


def write_invoices(
    population: Population, database: Database, orders: Sequence[tuple[Order, int]]
) -> Iterator[Occasion]:
    """Write the invoices of delivered orders and what was paid; yield the reminders there were."""
    for order, total in orders:
        rng = population.seed.dice("invoice", order.order_no)
        issued_on = order.ordered_on + timedelta(days=rng.randrange(3, 25))
        if total == 0 or issued_on > population.last_day:
            continue
        parts = (total // 3, total - total // 3) if rng.random() < 0.06 else (total,)
        for place, amount in enumerate(parts):
            day = min(issued_on + timedelta(days=28 * place), population.last_day)
            yield from _write_invoice(population, database, order, issued_on=day, amount=amount, rng=rng)


def _write_invoice(
    population: Population,
    database: Database,
    order: Order,
    *,
    issued_on: date,
    amount: int,
    rng: random.Random,
) -> Iterator[Occasion]:
    number = database.counts["invoices"] + 1
    invoice_no = f"R{600_000 + number}"
    due_on = issued_on + timedelta(days=order.days)
    pays_on = due_on + timedelta(days=rng.randint(*population.firms[order.firm].days_late))
    pays_on = max(pays_on, issued_on)
    changed, status = issued_on, "overdue" if due_on < population.last_day else "open"
    if pays_on <= population.last_day and number % EVERY_UNPAID:
        is_part = number % EVERY_PART_PAID == 0
        status, changed = "partly paid" if is_part else "paid", pays_on
        paid = amount * 3 // 5 if is_part else amount
        _write_payment(population, database, invoice_no, paid_on=pays_on, amount=paid, rng=rng)
    if rng.random() < 0.04:  # booked again long after, at the close of a year
        changed = max(changed, min(population.last_day, date(issued_on.year + 1, 12, 30)))
    row = {
        "invoice_no": invoice_no,
        "order_no": order.order_no,
        "customer_no": order.account.customer_no,
        "kind": "invoice",
        "issued_on": issued_on.isoformat(),
        "due_on": due_on.isoformat(),
        "amount_cents": amount,
        "currency": "EUR",
        "status": status,
        "ticket_ref": None,
        "changed_on": batch_stamp(changed, population.first_day),
    }
    database.add("invoices", row)
    reminded_on = due_on + timedelta(days=14)
    is_late = status == "overdue" or pays_on > reminded_on
    if is_late and reminded_on <= population.last_day and rng.random() < 0.35:
        yield Occasion(reminded_on, Topic.REMINDER, order.firm, None, invoice_no, amount)


def _write_payment(
    population: Population,
    database: Database,
    invoice_no: str,
    *,
    paid_on: date,
    amount: int,
    rng: random.Random,
) -> None:
    row = {
        "payment_no": f"Z{900_001 + database.counts['payments']}",
        "invoice_no": invoice_no,
        "paid_on": paid_on.isoformat(),
        "amount_cents": amount,
        "method": rng.choice(METHODS),
        "changed_on": batch_stamp(paid_on, population.first_day),
    }
    database.add("payments", row)


def write_credit_notes(
    population: Population,
    database: Database,
    outages: Sequence[Outage],
    *,
    orders_of: Mapping[int, Sequence[Order]],
) -> None:
    """Write a credit note for each outage at a firm that had ordered something before."""
    for outage in outages:
        rng = population.seed.dice("credit note", outage.ticket_no)
        issued_on = outage.resolved_on + timedelta(days=rng.randrange(2, 20))
        before = [order for order in orders_of.get(outage.firm, ()) if order.ordered_on <= outage.resolved_on]
        if not before or issued_on > population.last_day:
            continue
        row = {
            "invoice_no": f"G{600_001 + database.counts['invoices']}",
            "order_no": before[-1].order_no,
            "customer_no": before[-1].account.customer_no,
            "kind": "credit_note",
            "issued_on": issued_on.isoformat(),
            "due_on": issued_on.isoformat(),
            "amount_cents": -rng.randrange(50, 900) * 100,
            "currency": "EUR",
            "status": "settled",
            "ticket_ref": outage.ticket_no,
            "changed_on": batch_stamp(issued_on, population.first_day),
        }
        database.add("invoices", row)
