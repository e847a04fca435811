"""Products, orders and order lines of the ERP.

An order that comes from a won deal names it in `deal_ref`, and is billed to whoever pays for the group.
Where the deal has terms of its own, most orders repeat them; some carry the customer's usual ones instead,
and the two systems disagree.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict

from demo.business.deals import Deal, SpecialTerms
from demo.business.occasions import Occasion, Topic
from demo.population.atlas import Seed
from demo.population.firms import EVERY_GROUP
from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import batch_stamp
from demo.systems.erp_parties import Account, ErpKeys

PRODUCT_NAMES = ("Gateway", "Sensor", "Valve", "Controller", "Cable set", "Licence", "Service hour", "Panel")
PRODUCTS = 64
ORDERS_OF_A_CUSTOMER = (0, 1, 1, 2, 2, 3, 6)
EVERY_FORGOTTEN_TERMS = 3  # of the orders under special terms, one in so many is booked with the usual ones


class OrderLine(TypedDict):
    """A line of an order, as the columns of its table."""

    line_no: int
    sku: str
    quantity: int
    unit_price_cents: int
    discount_pct: float


@dataclass(frozen=True, slots=True)
class Order:
    """An order before it has lines: whose, when, and under which terms it was booked."""

    order_no: str
    firm: int
    account: Account
    ordered_on: date
    deal: Deal | None
    booked: SpecialTerms | None  # None: the customer's usual terms

    @property
    def days(self) -> int:
        """Days to pay, as booked."""
        return self.booked.days if self.booked else self.account.days


def write_products(seed: Seed, database: Database, first_day: date) -> dict[str, int]:
    """Write the products, and return the price of each."""
    prices = {}
    for number in range(PRODUCTS):
        rng = seed.dice("product", number)
        sku = f"SKU-{1000 + 7 * number}"
        prices[sku] = rng.randrange(15, 2400) * 100 + rng.choice((0, 50, 90))
        name = f"{PRODUCT_NAMES[number % len(PRODUCT_NAMES)]} {rng.choice('ABCDX')}{rng.randrange(10, 99)}"
        row = {"sku": sku, "name": name, "unit_price_cents": prices[sku]}
        database.add("products", {**row, "changed_on": batch_stamp(first_day, first_day)})
    return prices


def plan_orders(population: Population, keys: ErpKeys, deals: Sequence[Deal]) -> list[Order]:
    """Return all orders by day: those that follow a won deal, and the everyday ones."""
    last = population.last_day
    drafts: list[tuple[date, int, int, Deal | None]] = []
    for firm, accounts in keys.accounts.items():
        rng = population.seed.dice("orders", firm)
        for place in range(rng.choice(ORDERS_OF_A_CUSTOMER)):
            span = (last - accounts[0].opened_on).days
            drafts.append(
                (accounts[0].opened_on + timedelta(days=rng.randrange(span + 1)), firm, place, None)
            )
    for won in deals:
        day = won.closed_on + timedelta(days=4 + won.number % 20)
        if won.stage == "won" and won.firm in keys.accounts and day <= last:
            drafts.append((day, won.firm, won.number, won))
    orders, special = [], 0
    for number, (day, firm, place, deal) in enumerate(sorted(drafts, key=lambda d: d[:3]), start=400_001):
        rng = population.seed.dice("order", firm, place)
        booked = None
        if deal is not None and deal.special is not None:
            special += 1
            booked = None if special % EVERY_FORGOTTEN_TERMS == 0 else deal.special
        billed = firm if deal is None else _payer(population, keys, firm)
        orders.append(Order(str(number), firm, rng.choice(keys.accounts[billed]), day, deal, booked))
    return orders


def _payer(population: Population, keys: ErpKeys, firm: int) -> int:
    """Return who is billed for a firm's deals: the parent of the first subsidiary, if a customer."""
    parent = population.firms[firm].parent
    if parent is None or firm % EVERY_GROUP != 1 or parent not in keys.accounts:
        return firm
    return parent


def write_orders(
    population: Population, database: Database, prices: Mapping[str, int], *, orders: Sequence[Order]
) -> Iterator[tuple[Order, int, Occasion | None]]:
    """Write orders with their lines, and yield each with its total and what there is to write about it."""
    for order in orders:
        rng = population.seed.dice("order row", order.order_no)
        changed_on = batch_stamp(
            min(order.ordered_on + timedelta(days=rng.randrange(20)), population.last_day),
            population.first_day,
        )
        total = 0
        for line in _lines(order, prices, rng):
            total += int(line["quantity"] * line["unit_price_cents"] * (1 - line["discount_pct"] / 100) + 0.5)
            database.add("order_lines", {"order_no": order.order_no, **line, "changed_on": changed_on})
        young = (population.last_day - order.ordered_on).days < 25
        row = {
            "order_no": order.order_no,
            "customer_no": order.account.customer_no,
            "deal_ref": str(order.deal.number) if order.deal else None,
            "ordered_on": order.ordered_on.isoformat(),
            "status": "open" if young else "cancelled" if rng.random() < 0.03 else "delivered",
            "total_cents": total,
            "currency": "EUR",
            "terms": order.booked.text if order.booked else f"{order.account.days} days net",
            "changed_on": changed_on,
        }
        database.add("orders", row)
        writes = rng.random() < 0.12
        occasion = Occasion(order.ordered_on, Topic.ORDER, order.firm, None, order.order_no, total)
        yield order, total if row["status"] == "delivered" else 0, occasion if writes else None


def _lines(order: Order, prices: Mapping[str, int], rng: random.Random) -> Iterator[OrderLine]:
    discount = order.booked.discount_pct if order.booked else rng.choice((0.0, 0.0, 0.0, 2.5, 5.0))
    for number, sku in enumerate(rng.sample(list(prices), rng.randint(1, 3)), start=1):
        yield OrderLine(
            line_no=number,
            sku=sku,
            quantity=rng.choice((1, 1, 2, 4, 5, 10, 20)),
            unit_price_cents=prices[sku] if rng.random() < 0.93 else round(prices[sku] * 0.9),
            discount_pct=discount,
        )
