"""Whom a given record would be clustered with: settling of its component, were it one record more.

The component is found along joining links from the record outwards, and clustered by
`resolution/clustering` from all links between its records, as an update does (DESIGN.md, law 3).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resolution.clustering import NO_SOURCE, Constraints, Links, cluster
from resolution.domain.clustering import STRICT_WEIGHT, Bridge
from resolution.lookup.layout import DECIDED_MATCH, DECIDED_NO_MATCH, JOINS, STRICT, VETOED

MOST_RECORDS = 2_000  # of a component; larger ones are settled in the background (DESIGN.md section 4)

# The other record, the match weight, the flags of `resolution/lookup/layout`.
NearLink = tuple[str, float, int]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The links and the source of every record that there is, and the model's terms of clustering."""

    links: Callable[[str], Sequence[NearLink]]
    source: Callable[[str], str]
    bridge: Bridge
    clean_sources: Sequence[str]


def companions(record_id: str, own: Sequence[NearLink], around: Surroundings) -> tuple[str, ...] | None:
    """Return the records that a new record would be clustered with, in order; `own` are its links.

    None where its component is larger than is settled while somebody waits.
    """
    reached = _component(record_id, own, around)
    if reached is None:
        return None
    records = sorted(reached)
    if len(records) == 1:
        return ()
    number = {record: n for n, record in enumerate(records)}
    pairs = _pairs(record_id, own, reached, around)
    assigned = cluster(
        len(records),
        _links(pairs, number),
        constraints=_constraints(pairs, records, number, around),
        bridge=around.bridge,
    )
    mine = assigned[number[record_id]]
    return tuple(r for r, least in zip(records, assigned, strict=True) if least == mine and r != record_id)


def _component(record_id: str, own: Sequence[NearLink], around: Surroundings) -> set[str] | None:
    reached, new = {record_id}, [other for other, _, flags in own if flags & JOINS]
    while new:
        record = new.pop()
        if record in reached:
            continue
        reached.add(record)
        if len(reached) > MOST_RECORDS:
            return None
        new += [other for other, _, flags in around.links(record) if flags & JOINS and other not in reached]
    return reached


def _pairs(
    record_id: str, own: Sequence[NearLink], reached: Collection[str], around: Surroundings
) -> Mapping[tuple[str, str], tuple[float, int]]:
    """Return weight and flags of every link inside the component, by its records in order."""
    found = {}
    for record in reached:
        for other, weight, flags in own if record == record_id else around.links(record):
            if other in reached and other != record:
                found[min(record, other), max(record, other)] = (weight, flags)
    return found


def _links(pairs: Mapping[tuple[str, str], tuple[float, int]], number: Mapping[str, int]) -> Links:
    rows = sorted(
        (number[left], number[right], max(weight, STRICT_WEIGHT) if flags & STRICT else weight, flags & JOINS)
        for (left, right), (weight, flags) in pairs.items()
    )
    return Links(
        left=np.array([row[0] for row in rows], dtype=np.int64),
        right=np.array([row[1] for row in rows], dtype=np.int64),
        weight=np.array([row[2] for row in rows], dtype=np.float64),
        joins=np.array([bool(row[3]) for row in rows], dtype=bool),
    )


def _constraints(
    pairs: Mapping[tuple[str, str], tuple[float, int]],
    records: Sequence[str],
    number: Mapping[str, int],
    around: Surroundings,
) -> Constraints:
    def flagged(flag: int) -> list[tuple[int, int]]:
        return sorted((number[a], number[b]) for (a, b), (_, flags) in pairs.items() if flags & flag)

    clean = None
    if around.clean_sources:
        places = {source: n for n, source in enumerate(around.clean_sources)}
        held = [places.get(around.source(record), NO_SOURCE) for record in records]
        clean = np.array(held, dtype=np.int64)
    return Constraints(flagged(DECIDED_MATCH), flagged(VETOED | DECIDED_NO_MATCH), clean)
