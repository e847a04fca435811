"""The demo company: writes a whole sandbox of systems that can be read, and written to, like real ones.

Everything follows from the seed, the number of parties and the last day: the same three give byte-equal
content. `truth.csv` stands outside `systems/`, and nothing in `systems/` hints at it.
"""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from demo.business.correspondence import Correspondence, personal_occasions
from demo.business.day import Clerk, change_crm, change_erp, change_itsm
from demo.business.day_of_mail import change_mail
from demo.business.deals import plan_deals, write_deals
from demo.business.flaws import spoil
from demo.business.invoices import write_credit_notes, write_invoices
from demo.business.occasions import Occasion
from demo.business.odd_mails import write_broken, write_injections
from demo.business.orders import Order, plan_orders, write_orders, write_products
from demo.business.purchasing import write_purchases
from demo.business.service import Outage, plan_tickets, write_assets, write_tickets
from demo.population.atlas import Seed
from demo.population.population import Population, populate
from demo.systems.crm_parties import write_crm_parties
from demo.systems.databases import Database
from demo.systems.erp_parties import write_erp_parties
from demo.systems.itsm_parties import write_itsm_parties
from demo.systems.maildir import MailServer
from demo.systems.truth import Truth, read_truth

SEED = "concord-company-1"
PARTIES = 3_000  # at scale 1
SYSTEMS = "systems"
MAIL = "mail"
TRUTH = "truth.csv"
RECORD_TABLES = frozenset(
    {
        *("companies", "contacts", "deals", "notes"),
        *("customers", "suppliers", "orders", "invoices", "payments", "purchase_orders", "supplier_invoices"),
        *("organisations", "requesters", "tickets", "assets", "messages"),
    }
)  # whose rows are parties or activities; lines, receipts, comments and products belong to others


@dataclass(frozen=True, slots=True)
class CompanySummary:
    """What a company sandbox holds: true parties, and rows by `source.table`."""

    parties: int
    tables: Mapping[str, int]
    truth_rows: int

    @property
    def records(self) -> int:
        """The rows that are a party or an activity."""
        return sum(rows for name, rows in self.tables.items() if name.partition(".")[2] in RECORD_TABLES)


def write_company(
    home: Path, *, until: date, scale: int = 1, seed: str = SEED, parties: int = PARTIES
) -> CompanySummary:
    """Write the systems and the truth of the demo company under a home folder, in place of older ones.

    About `parties` times `scale` parties, with five years of activity up to the day `until`.
    """
    systems = home / SYSTEMS
    shutil.rmtree(systems, ignore_errors=True)
    systems.mkdir(parents=True)
    population = populate(parties * scale, Seed(seed), until=until)
    truth = Truth()
    counts: dict[str, int] = {}
    with Database(systems, "crm") as crm, Database(systems, "erp") as erp, Database(systems, "itsm") as itsm:
        occasions = _write_databases(population, truth, crm=crm, erp=erp, itsm=itsm)
        for database in (crm, erp, itsm):
            counts |= {f"{database.source}.{table}": rows for table, rows in database.counts.items()}
    server = MailServer(systems / MAIL, now=datetime.combine(until, time(23, 59)))
    correspondence = Correspondence(population, server, truth)
    correspondence.write([*occasions, *personal_occasions(population)])
    write_injections(population, correspondence)
    write_broken(population, correspondence, server)
    counts["email.messages"] = server.count
    spoil(systems, population.parties)
    truth.write(home / TRUTH)
    return CompanySummary(population.parties, counts, len(truth.entities))


def change_company(home: Path, *, day: date, seed: str = SEED) -> dict[str, list[str]]:
    """Let one more day pass in a sandbox: records come, change and go in every system, and mail arrives.

    The same sandbox, seed and day give the same changes. `truth.csv` follows. Return what happened in each
    system, in words.
    """
    told: dict[str, list[str]] = {}
    dice = Seed(seed)
    systems, truth = home / SYSTEMS, read_truth(home / TRUTH)
    changes = {"crm": change_crm, "erp": change_erp, "itsm": change_itsm}
    for source, change in changes.items():
        with closing(sqlite3.connect(systems / f"{source}.db")) as connection, connection:
            connection.row_factory = sqlite3.Row
            clerk = Clerk(connection, day, dice.dice("day", day, source), truth)
            change(clerk)
            told[source] = clerk.told
    with closing(sqlite3.connect(systems / "crm.db")) as contacts:
        rng = dice.dice("day", day, "mail")
        told["email"] = change_mail(systems / MAIL, contacts, day=day, rng=rng, truth=truth)
    truth.write(home / TRUTH)
    return told


def _write_databases(
    population: Population, truth: Truth, *, crm: Database, erp: Database, itsm: Database
) -> list[Occasion]:
    """Write everything but the mail, and return what there was to write about."""
    crm_keys = write_crm_parties(population, crm, truth)
    erp_keys = write_erp_parties(population, erp, truth)
    itsm_keys = write_itsm_parties(population, itsm, truth)
    deals = plan_deals(population, crm_keys)
    occasions = list(write_deals(population, crm, crm_keys, deals=deals))
    outages: list[Outage] = []
    for outage, occasion in write_tickets(population, itsm, plan_tickets(population, itsm_keys)):
        outages += [outage] if outage else []
        occasions += [occasion] if occasion else []
    write_assets(population, itsm, itsm_keys.requesters)
    prices = write_products(population.seed, erp, population.first_day)
    delivered: list[tuple[Order, int]] = []
    orders_of: dict[int, list[Order]] = {}
    planned = plan_orders(population, erp_keys, deals)
    for order, total, occasion in write_orders(population, erp, prices, orders=planned):
        delivered.append((order, total))
        orders_of.setdefault(order.firm, []).append(order)
        occasions += [occasion] if occasion else []
    occasions += write_invoices(population, erp, delivered)
    write_credit_notes(population, erp, outages, orders_of=orders_of)
    occasions += write_purchases(population, erp, erp_keys, prices=prices)
    return occasions
