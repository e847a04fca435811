"""Organisations and requesters of the service desk.

Typical trouble: names as `Family, Given`, everybody behind one switchboard, teams entered as if they were
people, people who left and are still active.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import Entry, entries, stamp
from demo.systems.spellings import firm_name, one_line, phone_text, whole_name
from demo.systems.truth import Truth
from demo.world import Mailbox, Person

EVERY_WITHOUT_CONTRACT = 3  # has no service contract, so the desk does not know it


@dataclass(frozen=True, slots=True)
class Requester:
    """A requester's key, who it is (a position in `people`, or None for a team), and where."""

    user_id: str
    person: int | None
    firm: int
    org_id: str | None


@dataclass(frozen=True, slots=True)
class ItsmKeys:
    """The keys of the service desk's parties."""

    organisations: Mapping[int, str]  # by number of the firm
    requesters: tuple[Requester, ...]


def write_itsm_parties(population: Population, database: Database, truth: Truth) -> ItsmKeys:
    """Write all organisations and requesters."""
    organisations = _write_organisations(population, database, truth)
    return ItsmKeys(organisations, tuple(_write_requesters(population, database, truth, organisations)))


def _write_organisations(population: Population, database: Database, truth: Truth) -> dict[int, str]:
    span = (population.first_day, population.last_day)
    found: list[Entry] = []
    for firm in population.firms:
        if firm.buys and firm.number % EVERY_WITHOUT_CONTRACT != 0:
            found += entries(population.seed, "itsm org", firm.number, span=span, share=0.95, again=0.0)
    population.seed.dice("order", "itsm orgs").shuffle(found)
    keys: dict[int, str] = {}
    for number, entry in enumerate(found, start=1):
        firm, rng = population.firms[entry.position], entry.rng
        keys[firm.number] = f"ORG{number:05}"
        row = {
            "org_id": keys[firm.number],
            "org_name": firm_name(firm, rng),
            "site_address": one_line(firm.address_at(entry.seen), rng) if rng.random() < 0.8 else None,
            "phone": phone_text(firm.organization.phone, rng),
            "email_domain": firm.organization.domain if rng.random() < 0.9 else None,
            "sys_updated_on": stamp(entry.updated),
        }
        database.add("organisations", row)
        truth.note(f"itsm:organisation:{keys[firm.number]}", firm.entity_id)
    return keys


def _write_requesters(
    population: Population, database: Database, truth: Truth, organisations: Mapping[int, str]
) -> list[Requester]:
    found = _requester_entries(population, organisations)
    population.seed.dice("order", "itsm requesters").shuffle(found)
    requesters = []
    for number, (is_person, entry) in enumerate(found, start=1):
        user_id = f"USR{number:06}"
        if is_person:
            person = population.people[entry.position]
            employer, entity_id = person.at(entry.seen).employer, person.entity_id
            row = _person(person, entry)
        else:
            mailbox = population.mailboxes[entry.position]
            employer, entity_id = mailbox.owner, mailbox.entity_id
            row = _team(mailbox, entry)
        firm = population.firm_of(employer).number if employer else 0
        org_id = organisations.get(firm)
        database.add("requesters", {"user_id": user_id, "org_id": org_id, **row})
        truth.note(f"itsm:requester:{user_id}", entity_id)
        requesters.append(Requester(user_id, entry.position if is_person else None, firm, org_id))
    return requesters


def _requester_entries(population: Population, organisations: Mapping[int, str]) -> list[tuple[bool, Entry]]:
    span, found = (population.first_day, population.last_day), []
    for position, person in enumerate(population.people):
        employer = person.states[0].employer
        if employer is not None and population.firm_of(employer).number in organisations:
            made = entries(population.seed, "itsm person", position, span=span, share=0.72, again=0.04)
            found += [(True, entry) for entry in made]
    for position, mailbox in enumerate(population.mailboxes):
        if population.firm_of(mailbox.owner).number in organisations:
            made = entries(population.seed, "itsm team", position, span=span, share=0.5, again=0.0)
            found += [(False, entry) for entry in made]
    return found


def _person(person: Person, entry: Entry) -> dict[str, object]:
    rng, state = entry.rng, person.at(entry.seen)
    return {
        "display_name": whole_name(person, state, rng, family_first=0.85),
        "email": state.email if rng.random() < 0.9 else None,
        "phone": phone_text(state.mobile if rng.random() < 0.3 else state.phone, rng)
        if rng.random() < 0.75
        else None,
        "vip": int(rng.random() < 0.05),
        "active": int(rng.random() < 0.93),
        "sys_updated_on": stamp(entry.updated),
    }


def _team(mailbox: Mailbox, entry: Entry) -> dict[str, object]:
    return {
        "display_name": entry.rng.choice(mailbox.names),
        "email": mailbox.email,
        "phone": phone_text(mailbox.owner.phone, entry.rng),
        "vip": 0,
        "active": 1,
        "sys_updated_on": stamp(entry.updated),
    }
