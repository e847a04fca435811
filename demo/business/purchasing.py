"""Purchase orders, receipts and supplier invoices of the ERP: three papers that should agree.

By the number of the purchase order, some do not: fewer goods came than were ordered and billed, more was
billed than agreed, a bill came for goods that never did, or the same bill came twice.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from demo.business.occasions import Occasion, Topic
from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import batch_stamp
from demo.systems.erp_parties import ErpKeys

ORDERS_TO_A_SUPPLIER = (1, 2, 2, 3, 4, 5)
COST_SHARE = 0.6  # of the sales price


class Mismatch(StrEnum):
    """How the three papers of a purchase disagree."""

    NONE = "none"
    SHORT = "short delivery"
    OVERCHARGED = "overcharged"
    NOT_RECEIVED = "not received"
    BILLED_TWICE = "billed twice"


def mismatch_of(number: int) -> Mismatch:
    """Return what is wrong with a purchase order: nothing for about three in four."""
    by_rest = {
        3: Mismatch.SHORT,
        8: Mismatch.OVERCHARGED,
        12: Mismatch.NOT_RECEIVED,
        15: Mismatch.BILLED_TWICE,
    }
    return by_rest.get(number % 17, Mismatch.NONE)


def write_purchases(
    population: Population, database: Database, keys: ErpKeys, *, prices: Mapping[str, int]
) -> Iterator[Occasion]:
    """Write all purchases by day, and yield what suppliers wrote about their bills."""
    length = (population.last_day - population.first_day).days
    drafts: list[tuple[date, int]] = []
    for firm in keys.suppliers:
        rng = population.seed.dice("purchases", firm)
        for _ in range(rng.choice(ORDERS_TO_A_SUPPLIER)):
            drafts.append((population.first_day + timedelta(days=rng.randrange(length + 1)), firm))
    skus = list(prices)
    for number, (day, firm) in enumerate(sorted(drafts), start=1):
        rng = population.seed.dice("purchase", number)
        sku = rng.choice(skus)
        cost = round(prices[sku] * COST_SHARE)
        purchase = _Purchase(population, database, number, day, keys.suppliers[firm], rng)
        billed = purchase.write(sku, rng.choice((5, 10, 20, 50)), cost)
        if billed is not None and rng.random() < 0.3:
            yield Occasion(billed[0], Topic.SUPPLIER_INVOICE, firm, None, billed[1], billed[2])


@dataclass(frozen=True, slots=True)
class _Purchase:
    """One purchase, written paper by paper."""

    population: Population
    database: Database
    number: int
    day: date
    supplier_no: str
    rng: random.Random

    @property
    def po_no(self) -> str:
        return f"B{450_000 + self.number}"

    def write(self, sku: str, quantity: int, cost: int) -> tuple[date, str, int] | None:
        """Write the papers there are by now; return day, number and amount of the bill."""
        mismatch = mismatch_of(self.number)
        received_on = self.day + timedelta(days=self.rng.randrange(4, 40))
        came = received_on <= self.population.last_day and mismatch is not Mismatch.NOT_RECEIVED
        row = {
            "po_no": self.po_no,
            "supplier_no": self.supplier_no,
            "ordered_on": self.day.isoformat(),
            "status": "received" if came else "ordered",
            "total_cents": quantity * cost,
            "currency": "EUR",
            "changed_on": self._stamp(received_on if came else self.day),
        }
        self.database.add("purchase_orders", row)
        if came:
            self._receive(sku, quantity * 4 // 5 if mismatch is Mismatch.SHORT else quantity, received_on)
        amount = round(quantity * cost * (1.08 if mismatch is Mismatch.OVERCHARGED else 1))
        issued_on = received_on + timedelta(days=self.rng.randrange(1, 10))
        if issued_on > self.population.last_day:
            return None
        first = self._bill(issued_on, amount)
        if mismatch is Mismatch.BILLED_TWICE and issued_on + timedelta(days=9) <= self.population.last_day:
            self._bill(issued_on + timedelta(days=9), amount)
        return issued_on, first, amount

    def _receive(self, sku: str, quantity: int, received_on: date) -> None:
        halves = (quantity // 2, quantity - quantity // 2) if self.rng.random() < 0.15 else (quantity,)
        for part in halves:
            row = {
                "receipt_no": f"W{300_001 + self.database.counts['receipts']}",
                "po_no": self.po_no,
                "received_on": received_on.isoformat(),
                "sku": sku,
                "quantity": part,
                "changed_on": self._stamp(received_on),
            }
            self.database.add("receipts", row)

    def _bill(self, issued_on: date, amount: int) -> str:
        invoice_no = f"{self.supplier_no}-{self.database.counts['supplier_invoices'] + 1}"
        is_old = (self.population.last_day - issued_on).days > 40
        row = {
            "invoice_no": invoice_no,
            "po_no": self.po_no,
            "supplier_no": self.supplier_no,
            "issued_on": issued_on.isoformat(),
            "due_on": (issued_on + timedelta(days=30)).isoformat(),
            "amount_cents": amount,
            "currency": "EUR",
            "status": "open" if not is_old or mismatch_of(self.number) is not Mismatch.NONE else "paid",
            "changed_on": self._stamp(issued_on),
        }
        self.database.add("supplier_invoices", row)
        return invoice_no

    def _stamp(self, day: date) -> str:
        return batch_stamp(day, self.population.first_day)
