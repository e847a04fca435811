"""Settle in its small form: one component in memory, as the bulk form of `settle` does for all of them.

Pure: the clock, the ledger and the rules come in, values go out. For a decision or a what-if, where one
component is settled while somebody waits; a test holds both forms equal on random components.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resolution import ledger as ledgers
from resolution.clustering import NO_SOURCE, Constraints, Links, cluster
from resolution.decisions import Decision
from resolution.domain.attributes import PartyType
from resolution.domain.claims import AttributeClaim
from resolution.domain.clustering import STRICT_WEIGHT
from resolution.domain.ledger import Ledger
from resolution.settle import Terms
from resolution.survivorship import Survivors, survive


@dataclass(frozen=True, slots=True)
class ScoredLink:
    """A scored pair of records; `joins` where its band is `match`, `is_strict` where a rule links it."""

    left: str
    right: str
    weight: float
    joins: bool
    is_strict: bool = False
    is_vetoed: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """All live records that links and decisions tie together, with everything they state.

    `sources` holds the source of each record. `removed` are former members that are gone.
    """

    party_type: PartyType
    sources: Mapping[str, str]
    links: Sequence[ScoredLink]
    decisions: Sequence[Decision]
    claims: Sequence[AttributeClaim]
    removed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """The clusters of a component, the ledger after them, and what survives by golden id."""

    clusters: tuple[frozenset[str], ...]
    ledger: Ledger
    survivors: Mapping[str, Survivors]


def settle_component(component: Component, terms: Terms, ledger: Ledger) -> Settled:
    """Return what a component comes to under the model's terms."""
    clusters = _clusters(component, terms)
    after = ledgers.advance(ledger, clusters, now=terms.now, cause=terms.cause, removed=component.removed)
    golden_ids = after.membership()
    survivors = {}
    for members in clusters:
        claims = [claim for claim in component.claims if claim.record_id in members]
        survivors[golden_ids[min(members)]] = survive(claims, terms.rules, party_type=component.party_type)
    return Settled(clusters, after, survivors)


def _clusters(component: Component, terms: Terms) -> tuple[frozenset[str], ...]:
    records = sorted(component.sources)
    number = {record: n for n, record in enumerate(records)}
    numbers = cluster(
        len(records),
        _links(component.links, number),
        constraints=_constraints(component, records, clean_sources=terms.clean_sources),
        bridge=terms.bridge,
    )
    members: dict[int, set[str]] = {}
    for record, least in zip(records, numbers.tolist(), strict=True):
        members.setdefault(least, set()).add(record)
    return tuple(frozenset(group) for group in members.values())


def _links(links: Sequence[ScoredLink], number: Mapping[str, int]) -> Links:
    rows = sorted(
        (
            *sorted((number[link.left], number[link.right])),
            max(link.weight, STRICT_WEIGHT) if link.is_strict else link.weight,
            link.joins,
        )
        for link in links
        if link.left in number and link.right in number
    )
    return Links(
        left=np.array([row[0] for row in rows], dtype=np.int64),
        right=np.array([row[1] for row in rows], dtype=np.int64),
        weight=np.array([row[2] for row in rows], dtype=np.float64),
        joins=np.array([row[3] for row in rows], dtype=bool),
    )


def _constraints(
    component: Component, records: Sequence[str], *, clean_sources: Sequence[str]
) -> Constraints:
    number = {record: n for n, record in enumerate(records)}
    decided = [d for d in component.decisions if d.left in number and d.right in number]
    barred = [(d.left, d.right) for d in decided if not d.is_match]
    barred += [
        (link.left, link.right)
        for link in component.links
        if link.is_vetoed and link.left in number and link.right in number
    ]
    sources = {source: n for n, source in enumerate(clean_sources)}
    held = [sources.get(component.sources[record], NO_SOURCE) for record in records]
    return Constraints(
        must=sorted((number[d.left], number[d.right]) for d in decided if d.is_match),
        cannot=sorted({(number[left], number[right]) for left, right in barred}),
        clean_source=np.array(held, dtype=np.int64) if clean_sources else None,
    )
