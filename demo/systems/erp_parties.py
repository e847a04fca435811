"""Customers and suppliers of the ERP, kept by accounting: a company with its contact in the same row.

Typical trouble: umlauts written out or lost, legal forms spelt out, the whole address in one string, one
customer with two accounts; the contact is the accounts-payable clerk or nobody but a shared mailbox.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from demo.population.atlas import atlas
from demo.population.firms import Firm
from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import Entry, batch_stamp, entries
from demo.systems.spellings import firm_name, one_line, phone_text, whole_name
from demo.systems.truth import Truth
from demo.trouble import flatten_letters

EVERY_WITHOUT_ACCOUNT = 4  # a prospect: known to sales, has never bought anything
EVERY_SWITCHBOARD_CONTACT = 6


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account: its key, the day it was opened, and the agreed days to pay."""

    customer_no: str
    opened_on: date
    days: int


@dataclass(frozen=True, slots=True)
class ErpKeys:
    """The keys of ERP parties, by number of the firm."""

    accounts: Mapping[int, list[Account]]
    suppliers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """Whom accounting writes to: a name and role as it stands there, and who that really is."""

    name: str
    role: str
    email: str
    phone: str
    entity_id: str


def write_erp_parties(population: Population, database: Database, truth: Truth) -> ErpKeys:
    """Write all customers and suppliers."""
    span = (population.first_day, population.last_day)
    buyers: list[Entry] = []
    sellers: list[Entry] = []
    for firm in population.firms:
        if firm.buys and firm.number % EVERY_WITHOUT_ACCOUNT != 3:
            buyers += entries(population.seed, "erp customer", firm.number, span=span, share=1.0, again=0.07)
        if firm.sells:
            sellers += entries(population.seed, "erp supplier", firm.number, span=span, share=1.0, again=0.0)
    population.seed.dice("order", "erp customers").shuffle(buyers)
    population.seed.dice("order", "erp suppliers").shuffle(sellers)
    accounts: dict[int, list[Account]] = {}
    for number, entry in enumerate(buyers, start=1):
        account = Account(
            f"{200000 + 7 * number}", entry.created.date(), entry.rng.choice((14, 30, 30, 30, 45))
        )
        accounts.setdefault(entry.position, []).append(account)
        _write_customer(population, database, truth, entry=entry, account=account)
    suppliers = {}
    for number, entry in enumerate(sellers, start=1):
        suppliers[entry.position] = f"L{70000 + 3 * number}"
        _write_supplier(population, database, truth, entry=entry, supplier_no=suppliers[entry.position])
    return ErpKeys(accounts, suppliers)


def _write_customer(
    population: Population, database: Database, truth: Truth, *, entry: Entry, account: Account
) -> None:
    rng, firm = entry.rng, population.firms[entry.position]
    contact = contact_person(population, firm, entry.seen, rng)
    row = {
        "customer_no": account.customer_no,
        **_company(firm, entry, contact),
        "contact_role": contact.role if contact else None,
        "payment_terms_days": account.days,
        "credit_limit_cents": rng.choice((500_000, 1_000_000, 2_500_000, 10_000_000)),
        "blocked": int(firm.days_late[0] >= 20 and rng.random() < 0.15),
        "changed_on": batch_stamp(entry.updated.date(), population.first_day),
    }
    database.add("customers", row)
    truth.note(f"erp:customer:{account.customer_no}", firm.entity_id)
    if contact:
        truth.note(f"erp:customer_contact:{account.customer_no}", contact.entity_id)


def _write_supplier(
    population: Population, database: Database, truth: Truth, *, entry: Entry, supplier_no: str
) -> None:
    firm = population.firms[entry.position]
    contact = contact_person(population, firm, entry.seen, entry.rng)
    changed_on = batch_stamp(entry.updated.date(), population.first_day)
    row = {"supplier_no": supplier_no, **_company(firm, entry, contact), "changed_on": changed_on}
    database.add("suppliers", row)
    truth.note(f"erp:supplier:{supplier_no}", firm.entity_id)
    if contact:
        truth.note(f"erp:supplier_contact:{supplier_no}", contact.entity_id)


def _company(firm: Firm, entry: Entry, contact: ContactPerson | None) -> dict[str, object]:
    rng, name = entry.rng, firm_name(firm, entry.rng)
    return {
        "company": flatten_letters(name, rng) if rng.random() < 0.25 else name,
        "contact_name": contact.name if contact else None,
        "email": contact.email if contact and rng.random() < 0.8 else None,
        "phone": contact.phone
        if contact and rng.random() < 0.5
        else phone_text(firm.organization.phone, rng),
        "address": one_line(firm.address_at(entry.seen), rng),
        "tax_id": firm.organization.tax_number if rng.random() < 0.75 else None,
    }


def contact_person(population: Population, firm: Firm, day: date, rng: random.Random) -> ContactPerson | None:
    """Return accounting's contact at a firm: the accounts-payable clerk where there is one."""
    shared = population.mailboxes_of.get(firm.number, ())
    if shared and (firm.number + len(shared)) % EVERY_SWITCHBOARD_CONTACT == 0:
        mailbox = population.mailboxes[shared[-1]]
        phone = phone_text(mailbox.owner.phone, rng)
        return ContactPerson(rng.choice(mailbox.names), "", mailbox.email, phone, mailbox.entity_id)
    staff = population.colleagues(firm.number, day)
    if not staff or rng.random() < 0.08:
        return None
    titles = atlas()["job_titles"]["accounts_payable"][firm.language]
    clerks = [position for position in staff if population.people[position].at(day).job_title in titles]
    person = population.people[rng.choice(clerks or staff)]
    state = person.at(day)
    return ContactPerson(
        name=whole_name(person, state, rng, family_first=0.15),
        role=state.job_title,
        email=state.email,
        phone=phone_text(state.phone, rng),
        entity_id=person.entity_id,
    )
