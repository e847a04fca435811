"""What every system of the demo company has in common: rows, ids, and when an entity was seen."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from demo.world import dice

FIRST_SEEN = date(2020, 1, 7)
LAST_SEEN = date(2026, 3, 31)

type_of = {"P": "person", "O": "organization", "M": "mailbox"}  # by the first letter of the entity id


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of one system, and the truth about it."""

    source_id: str
    entity_id: str
    values: Mapping[str, object]

    @property
    def record_type(self) -> str:
        """person, organization or mailbox."""
        return type_of[self.entity_id[0]]


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entity entered into a system, on a day, by a clerk with these dice."""

    day: date
    rng: random.Random


def sightings(entity_id: str, source: str, *, share: float, again: float) -> list[Sighting]:
    """Return when a system came to know an entity: `share` are known at all, `again` of them twice."""
    rng = dice(source, entity_id)
    if rng.random() >= share:
        return []
    count = 2 if rng.random() < again else 1
    days = (LAST_SEEN - FIRST_SEEN).days
    return [
        Sighting(FIRST_SEEN + timedelta(days=rng.randrange(days)), dice(source, entity_id, str(number)))
        for number in range(count)
    ]


def shuffle_and_number(
    drafts: Iterable[tuple[str, Mapping[str, object]]], *, source: str, first: int, form: str
) -> list[SourceRow]:
    """Return the drafts as rows in a mixed order, so that neither order nor id tells who is who."""
    rows = list(drafts)
    rng = dice(source, "order")
    rng.shuffle(rows)
    number = first
    numbered = []
    for entity_id, values in rows:
        number += rng.randint(1, 9)
        numbered.append(SourceRow(form.format(number), entity_id, values))
    return numbered
