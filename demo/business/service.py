"""Tickets, comments and assets of the service desk.

On a few days a year the demo company's own platform fails, and many customers report it at once; each of
these tickets ends in a credit note of the ERP.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.business.occasions import Occasion, Topic
from demo.business.phrases import phrase
from demo.population.population import Population
from demo.systems.databases import Database
from demo.systems.entries import at_work, stamp
from demo.systems.itsm_parties import ItsmKeys, Requester

TICKETS_OF_A_REQUESTER = (0, 0, 0, 1, 1, 1, 2, 4)
OUTAGES = 8  # days on which the platform failed
EVERY_HIT = 23  # on such a day, one customer in so many is hit
CATEGORIES = ("incident", "incident", "request", "question")
MODELS = ("Terminal T3", "Gateway G1", "Rugged tablet", "Label printer", "Edge server")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket before its texts: an outage hits the platform, everything else one requester."""

    ticket_no: str
    requester: Requester
    opened_on: date
    is_outage: bool


@dataclass(frozen=True, slots=True)
class Outage:
    """A resolved outage ticket, for which accounting owes the firm a credit note."""

    ticket_no: str
    firm: int
    resolved_on: date


def plan_tickets(population: Population, keys: ItsmKeys) -> list[Ticket]:
    """Return all tickets by day."""
    length = (population.last_day - population.first_day).days
    drafts: list[tuple[date, int, bool]] = []
    for at, _ in enumerate(keys.requesters):
        rng = population.seed.dice("tickets", at)
        for _ in range(rng.choice(TICKETS_OF_A_REQUESTER)):
            drafts.append((population.first_day + timedelta(days=rng.randrange(length + 1)), at, False))
    first_of_firm: dict[int, int] = {}
    for at, requester in enumerate(keys.requesters):
        first_of_firm.setdefault(requester.firm, at)
    for number in range(OUTAGES):
        day = population.first_day + timedelta(days=(number + 1) * (length - 60) // OUTAGES)
        hit = (at for firm, at in first_of_firm.items() if (firm + 5 * number) % EVERY_HIT == 1)
        drafts += [(day, at, True) for at in hit]
    drafts.sort()
    return [
        Ticket(f"INC{number:07}", keys.requesters[at], day, is_outage)
        for number, (day, at, is_outage) in enumerate(drafts, start=10_001)
    ]


def write_tickets(
    population: Population, database: Database, tickets: Sequence[Ticket]
) -> Iterator[tuple[Outage | None, Occasion | None]]:
    """Write tickets with their comments; yield the outages, and what there is to write about."""
    for ticket in tickets:
        rng = population.seed.dice("ticket", ticket.ticket_no)
        opened = at_work(ticket.opened_on, rng)
        hours = rng.randrange(3, 30) if ticket.is_outage else rng.randrange(1, 700)
        resolved = opened + timedelta(hours=hours)
        is_done = resolved.date() < population.last_day and (ticket.is_outage or rng.random() < 0.96)
        _write_ticket(population, database, ticket, opened=opened, resolved=resolved if is_done else None)
        _write_comments(population, database, ticket, opened=opened, hours=hours)
        occasion = None
        if rng.random() < 0.1 or ticket.is_outage:
            person, firm = ticket.requester.person, ticket.requester.firm
            occasion = Occasion(ticket.opened_on, Topic.TICKET, firm, person, ticket.ticket_no, 0)
        done = Outage(ticket.ticket_no, ticket.requester.firm, resolved.date())
        yield done if ticket.is_outage and is_done else None, occasion


def _write_ticket(
    population: Population,
    database: Database,
    ticket: Ticket,
    *,
    opened: datetime,
    resolved: datetime | None,
) -> None:
    rng = population.seed.dice("ticket text", ticket.ticket_no)
    language = population.firms[ticket.requester.firm].language
    topic = "outage" if ticket.is_outage else "incident"
    changed = resolved or opened
    if resolved and rng.random() < 0.05:  # reclassified long after
        changed = max(changed, at_work(population.last_day, rng))
    row = {
        "ticket_no": ticket.ticket_no,
        "requester_id": ticket.requester.user_id,
        "org_id": ticket.requester.org_id,
        "subject": phrase(f"subject_{topic}", language, rng),
        "description": phrase(topic, language, rng),
        "priority": "1" if ticket.is_outage else rng.choice("22333444"),
        "status": rng.choice(("resolved", "closed")) if resolved else rng.choice(("new", "in progress")),
        "category": "outage" if ticket.is_outage else rng.choice(CATEGORIES),
        "opened_at": stamp(opened),
        "resolved_at": stamp(resolved) if resolved else None,
        "sys_updated_on": stamp(changed),
    }
    database.add("tickets", row)


def _write_comments(
    population: Population, database: Database, ticket: Ticket, *, opened: datetime, hours: int
) -> None:
    rng = population.seed.dice("comments", ticket.ticket_no)
    language = population.firms[ticket.requester.firm].language
    end = at_work(population.last_day, rng)
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        number = database.counts["comments"] + 1
        is_agent = rng.random() < 0.55
        written = min(end, opened + timedelta(minutes=rng.randrange(5, hours * 60)))
        row = {
            "comment_id": f"CMT{number:08}",
            "ticket_no": ticket.ticket_no,
            "author_id": f"agent{1 + number % 5}" if is_agent else ticket.requester.user_id,
            "author_kind": "agent" if is_agent else "requester",
            "body": phrase("comment_agent", "en", rng)
            if is_agent
            else phrase("comment_requester", language, rng),
            "created_at": stamp(max(opened, written)),
            "sys_updated_on": stamp(max(opened, written)),
        }
        database.add("comments", row)


def write_assets(population: Population, database: Database, requesters: Sequence[Requester]) -> None:
    """Write the machines that stand at customers; a third of the requesters has one."""
    for at, requester in enumerate(requesters):
        rng: random.Random = population.seed.dice("asset", at)
        if rng.random() >= 0.33 or requester.org_id is None:
            continue
        length = (population.last_day - population.first_day).days
        installed = population.first_day + timedelta(days=rng.randrange(length))
        row = {
            "asset_tag": f"AST{database.counts['assets'] + 1:06}",
            "org_id": requester.org_id,
            "requester_id": requester.user_id,
            "model": rng.choice(MODELS),
            "serial_no": f"SN-{rng.randrange(10**8):08}",
            "installed_on": installed.isoformat(),
            "sys_updated_on": stamp(at_work(installed, rng)),
        }
        database.add("assets", row)
