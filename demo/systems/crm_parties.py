"""Companies and contacts of the CRM, kept by sales.

Typical trouble: short first names, one contact entered twice, a contact left at the old employer, first and
last name in each other's field, 1900-01-01 for a birthday nobody asked for, shared mailboxes as people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.population.firms import Firm
from demo.population.people import EVERY_JOB_CHANGE, OWN_STAFF
from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import Entry, entries, stamp
from demo.systems.spellings import country_text, firm_name, phone_text, street_text
from demo.systems.truth import Truth
from demo.trouble import wrong_birth_date
from demo.world import Mailbox, Person
from demo.writing import family_name_of, given_name_of

INDUSTRIES = ("Manufacturing", "Logistics", "Retail", "Health", "Public sector", "Food", None)
OURSELVES = 0  # number of the demo company, which its CRM holds like another; nobody makes deals with it
EVERY_UNKNOWN_TO_SALES = 19  # buys on its own account; no sales person ever entered it


@dataclass(frozen=True, slots=True)
class CrmKeys:
    """The keys of live and deleted CRM records, by number of the firm and position of the person.

    The demo company's own is not among them.
    """

    companies: Mapping[int, list[int]]
    contacts: Mapping[int, list[int]]


def owner_names(population: Population) -> list[str]:
    """Return the names of the demo company's own people as they stand in text fields."""
    own = population.people[:OWN_STAFF]
    return [f"{person.given_name} {person.states[0].family_name}" for person in own]


def write_crm_parties(population: Population, database: Database, truth: Truth) -> CrmKeys:
    """Write all companies, then all contacts, in an order and with keys that tell nothing."""
    companies = _write_companies(population, database, truth)
    contacts = _write_contacts(population, database, truth, companies)
    return CrmKeys(companies, contacts)


def _write_companies(population: Population, database: Database, truth: Truth) -> dict[int, list[int]]:
    span = (population.first_day, population.last_day)
    found: list[Entry] = []
    for firm in population.firms:
        if firm.buys and firm.number % EVERY_UNKNOWN_TO_SALES != 1:
            found += entries(population.seed, "crm company", firm.number, span=span, share=0.97, again=0.06)
    population.seed.dice("order", "crm companies").shuffle(found)
    keys: dict[int, list[int]] = {}
    for number, entry in enumerate(found, start=1001):
        keys.setdefault(entry.position, []).append(number)
    found += entries(population.seed, "crm company", OURSELVES, span=span, share=1.0, again=0.0)
    owners = owner_names(population)
    for number, entry in enumerate(found, start=1001):
        firm = population.firms[entry.position]
        parent = keys.get(firm.parent, [None])[0] if firm.parent is not None else None
        row = {"id": number, "parent_id": parent, "owner": entry.rng.choice(owners), **_company(firm, entry)}
        if firm.number == OURSELVES:
            row |= {"domain": firm.organization.domain, "deleted_at": None}
        database.add("companies", row)
        truth.note(f"crm:company:{number}", firm.entity_id)
    return keys


def _company(firm: Firm, entry: Entry) -> dict[str, object]:
    rng, organization = entry.rng, firm.organization
    address = firm.address_at(entry.seen)
    return {
        "name": firm_name(firm, rng),
        "legal_name": organization.full_name if rng.random() < 0.5 else None,
        "domain": organization.domain if rng.random() < 0.85 else None,
        "phone": phone_text(organization.phone, rng) if rng.random() < 0.85 else None,
        "street": street_text(address, rng),
        "postcode": address.postcode,
        "city": address.city,
        "country": country_text(address.country, rng),
        "vat_number": organization.tax_number if rng.random() < 0.5 else None,
        "industry": rng.choice(INDUSTRIES),
        **_times(entry),
    }


def _write_contacts(
    population: Population, database: Database, truth: Truth, companies: Mapping[int, list[int]]
) -> dict[int, list[int]]:
    found = _contact_entries(population)
    population.seed.dice("order", "crm contacts").shuffle(found)
    keys: dict[int, list[int]] = {}
    number = 5000
    for is_person, entry in found:
        number += 1 + entry.rng.randrange(3)
        if is_person:
            person = population.people[entry.position]
            row = _contact(person, entry)
            employer, entity_id = person.at(entry.seen).employer, person.entity_id
            keys.setdefault(entry.position, []).append(number)
        else:
            mailbox = population.mailboxes[entry.position]
            row = _shared_contact(mailbox, entry)
            employer, entity_id = mailbox.owner, mailbox.entity_id
        known = companies.get(population.firm_of(employer).number) if employer else None
        database.add(
            "contacts", {"id": number, "company_id": entry.rng.choice(known) if known else None, **row}
        )
        truth.note(f"crm:contact:{number}", entity_id)
    return keys


def _contact_entries(population: Population) -> list[tuple[bool, Entry]]:
    """Return whom sales knows: people of customers, a job changer often twice, and shared mailboxes."""
    span, found = (population.first_day, population.last_day), []
    for position, person in enumerate(population.people):
        employer = person.states[0].employer
        if employer is None or not population.firm_of(employer).buys:
            continue
        again = 0.5 if position % EVERY_JOB_CHANGE == 0 else 0.07
        made = entries(population.seed, "crm contact", position, span=span, share=0.62, again=again)
        found += [(True, entry) for entry in made]
    for position, mailbox in enumerate(population.mailboxes):
        if population.firm_of(mailbox.owner).buys:
            made = entries(population.seed, "crm mailbox", position, span=span, share=0.3, again=0.0)
            found += [(False, entry) for entry in made]
    return found


def _contact(person: Person, entry: Entry) -> dict[str, object]:
    rng, state = entry.rng, person.at(entry.seen)
    first, last = given_name_of(person, rng), family_name_of(person, state, rng)
    if rng.random() < 0.04:
        first, last = last, first
    birth = wrong_birth_date(person.birth_date, rng) if rng.random() < 0.05 else person.birth_date
    address = state.employer.address if state.employer and rng.random() < 0.6 else state.address
    has_email = rng.random() < 0.88
    email = person.private_email if rng.random() < 0.06 else state.email
    return {
        "first_name": first,
        "last_name": last,
        "email": (email.title() if rng.random() < 0.03 else email) if has_email else None,
        "phone": phone_text(state.phone, rng) if rng.random() < 0.7 else None,
        "mobile": phone_text(state.mobile, rng) if rng.random() < 0.4 else None,
        "job_title": state.job_title if rng.random() < 0.8 else None,
        "street": street_text(address, rng),
        "postcode": address.postcode,
        "city": address.city,
        "country": country_text(address.country, rng),
        "birthday": rng.choice([birth.isoformat()] * 3 + ["1900-01-01"] + [None] * 6),
        "is_primary": int(rng.random() < 0.3),
        **_times(entry),
    }


def _shared_contact(mailbox: Mailbox, entry: Entry) -> dict[str, object]:
    blank = ("mobile", "job_title", "street", "postcode", "city", "country", "birthday")
    return {
        **dict.fromkeys(blank),
        "first_name": None,
        "last_name": entry.rng.choice(mailbox.names),
        "email": mailbox.email,
        "phone": phone_text(mailbox.owner.phone, entry.rng),
        "is_primary": 0,
        **_times(entry),
    }


def _times(entry: Entry) -> dict[str, object]:
    return {
        "created_at": stamp(entry.created),
        "updated_at": stamp(entry.updated),
        "deleted_at": stamp(entry.deleted) if entry.deleted else None,
    }
