"""How a party comes into a system: when a clerk entered it, corrected it, or took it out again.

Times are UTC. Most entries are touched soon after they were made; some are corrected years later, and
some are touched years later with nothing corrected, so that a fresh stamp stands over stale values.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from demo.population.atlas import Seed

MIGRATED_AFTER = 850  # days into the window
ENTRY_PERIOD = 0.9  # of the window; new parties stop coming in before its end


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of one party: `seen` is the day whose truth it states."""

    position: int  # of the party among its kind
    created: datetime
    updated: datetime
    deleted: datetime | None
    seen: date
    rng: random.Random


def entries(
    seed: Seed, system: str, position: int, *, span: tuple[date, date], share: float, again: float
) -> list[Entry]:
    """Return the entries of one party: with chance `share` there is one, with `again` of these a second."""
    rng = seed.dice("entry", system, position)
    if rng.random() >= share:
        return []
    first = _entry(position, span, rng, share_deleted=0.02)
    if rng.random() >= again:
        return [first]
    return [first, _entry(position, span, rng, share_deleted=0.2)]


def _entry(position: int, span: tuple[date, date], rng: random.Random, *, share_deleted: float) -> Entry:
    first_day, last_day = span
    length = (last_day - first_day).days
    created_on = first_day + timedelta(days=int(rng.random() * length * ENTRY_PERIOD))
    later = created_on + timedelta(days=int(rng.random() * ((last_day - created_on).days + 1)))
    roll = rng.random()
    seen = later if roll < 0.25 else created_on
    updated_on = later if roll < 0.35 else min(last_day, created_on + timedelta(days=rng.randrange(9)))
    created = at_work(created_on, rng)
    updated = max(created, at_work(updated_on, rng))
    deleted = updated if rng.random() < share_deleted else None
    return Entry(position, created, updated, deleted, seen, rng)


def at_work(day: date, rng: random.Random) -> datetime:
    """Return a moment of a day at which people work."""
    seconds = 6 * 3600 + int(rng.random() * 11 * 3600)
    return datetime.combine(day, time()) + timedelta(seconds=seconds)


def stamp(moment: datetime) -> str:
    """Return a moment as the systems write it: ISO 8601, UTC."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def batch_stamp(day: date, first_day: date) -> str:
    """Return the stamp of the ERP's batch run that took in a change made on a day.

    There are two runs a day. What is older than the change of the system has the stamp of its
    migration, so that hundreds of rows share one.
    """
    migrated = first_day + timedelta(days=MIGRATED_AFTER)
    if day <= migrated:
        return f"{migrated.isoformat()}T03:00:00Z"
    return f"{day.isoformat()}T{'13' if day.toordinal() % 2 else '19'}:00:00Z"
