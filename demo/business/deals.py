"""Deals and notes of the CRM. A tenth of what is written there is taken back by a soft delete."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from demo.business.occasions import Occasion, Topic
from demo.business.phrases import phrase
from demo.population.population import Population
from demo.systems.crm_parties import CrmKeys, owner_names
from demo.systems.databases import Database
from demo.systems.entries import at_work, stamp

SERVICES = ("Maintenance", "Roll-out", "Licences", "Sensors", "Spare parts", "Retrofit", "Support contract")
EVERY_SPECIAL = 4  # of the won deals, one in so many has terms of its own


@dataclass(frozen=True, slots=True)
class SpecialTerms:
    """Terms agreed for one deal, as a text that nobody but people can read, and what they mean."""

    text: str
    days: int
    discount_pct: float


TERMS = (
    SpecialTerms("60 days net, 12 % discount on all positions", 60, 12.0),
    SpecialTerms("net 45; price hold until renewal", 45, 0.0),
    SpecialTerms("Zahlbar in 90 Tagen, 5 % Rabatt", 90, 5.0),
    SpecialTerms("prepayment, 15 % discount, free delivery", 0, 15.0),
    SpecialTerms("30 jours fin de mois, remise de 8 %", 30, 8.0),
)


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal as the CRM holds it; `closed_on` is a past day only where it is won or lost."""

    number: int
    firm: int
    stage: str
    opened_on: date
    closed_on: date
    special: SpecialTerms | None


def plan_deals(population: Population, keys: CrmKeys) -> list[Deal]:
    """Return all deals in the order in which they were opened."""
    length = (population.last_day - population.first_day).days
    drafts: list[tuple[date, int, int]] = []
    for firm in sorted(keys.companies):
        rng = population.seed.dice("deals", firm)
        for place in range(rng.choice((0, 1, 1, 1, 2))):
            drafts.append((population.first_day + timedelta(days=rng.randrange(length - 10)), firm, place))
    deals, won = [], 0
    for number, (day, firm, place) in enumerate(sorted(drafts), start=301):
        rng = population.seed.dice("deal", firm, place)
        closed_on = day + timedelta(days=rng.randrange(15, 130))
        stage = "won" if rng.random() < 0.6 else "lost"
        if closed_on > population.last_day:
            stage = rng.choice(("qualified", "proposal", "negotiation"))
        won += stage == "won"
        special = rng.choice(TERMS) if stage == "won" and won % EVERY_SPECIAL == 1 else None
        deals.append(Deal(number, firm, stage, day, closed_on, special))
    return deals


def write_deals(
    population: Population, database: Database, keys: CrmKeys, *, deals: Sequence[Deal]
) -> Iterator[Occasion]:
    """Write the deals and the notes about them, and yield what was to be quoted."""
    owners = owner_names(population)
    for deal in deals:
        rng = population.seed.dice("deal row", deal.number)
        contact = _contact(population, keys, deal.firm, deal.opened_on, rng)
        amount = rng.randrange(80, 9000) * 1000
        row = {
            "id": deal.number,
            "company_id": keys.companies[deal.firm][0],
            "contact_id": keys.contacts[contact][0] if contact is not None else None,
            "title": f"{rng.choice(SERVICES)} {deal.opened_on.year}",
            "stage": deal.stage,
            "amount_cents": amount,
            "currency": rng.choice(("EUR", "EUR", "EUR", "GBP", "USD")),
            "special_terms": deal.special.text if deal.special else None,
            "renewal_date": _renewal(deal),
            "close_date": deal.closed_on.isoformat(),
            **_times(population, deal, rng),
        }
        database.add("deals", row)
        if rng.random() < 0.3:
            yield Occasion(deal.opened_on, Topic.QUOTE, deal.firm, contact, f"D-{deal.number}", amount)
        for _ in range(rng.choice((0, 1, 1, 2))):
            _write_note(population, database, keys, deal=deal, contact=contact, owner=rng.choice(owners))


def _write_note(
    population: Population,
    database: Database,
    keys: CrmKeys,
    *,
    deal: Deal,
    contact: int | None,
    owner: str,
) -> None:
    number = database.counts["notes"] + 1
    rng = population.seed.dice("note", number)
    firm = population.firms[deal.firm]
    day = deal.opened_on + timedelta(days=rng.randrange(60))
    written = at_work(min(day, population.last_day), rng)
    late = rng.random() < 0.06  # corrected long after
    updated = at_work(population.last_day, rng) if late else written
    row = {
        "id": number,
        "company_id": keys.companies[deal.firm][0],
        "contact_id": keys.contacts[contact][0] if contact is not None else None,
        "deal_id": deal.number,
        "author": owner,
        "body": phrase("note", rng.choice(("en", firm.language)), rng, reference=f"D-{deal.number}"),
        "created_at": stamp(written),
        "updated_at": stamp(max(written, updated)),
        "deleted_at": stamp(max(written, updated)) if rng.random() < 0.02 else None,
    }
    database.add("notes", row)


def _contact(population: Population, keys: CrmKeys, firm: int, day: date, rng: random.Random) -> int | None:
    known = [position for position in population.colleagues(firm, day) if position in keys.contacts]
    return rng.choice(known) if known else None


def _renewal(deal: Deal) -> str | None:
    return (deal.closed_on + timedelta(days=365)).isoformat() if deal.stage == "won" else None


def _times(population: Population, deal: Deal, rng: random.Random) -> dict[str, object]:
    created = at_work(deal.opened_on, rng)
    closed = at_work(min(deal.closed_on, population.last_day), rng)
    updated = at_work(population.last_day, rng) if rng.random() < 0.04 else max(created, closed)
    deleted = stamp(updated) if deal.stage == "lost" and rng.random() < 0.1 else None
    return {"created_at": stamp(created), "updated_at": stamp(max(created, updated)), "deleted_at": deleted}
