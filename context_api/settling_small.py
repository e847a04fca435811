"""Settling a component of the store in its small form, and writing what that changes.

Part of `settling`: it runs inside the one transaction that a decision or the end of a publish holds.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection
from sqlmodel import col, select

from context_api.errors import NothingPublished
from context_api.store.components import StoredComponent, claims_of
from context_api.store.sealing import Sealer
from context_api.store.versions import Model, Version
from resolution.domain.attributes import PartyType
from resolution.domain.clustering import Bridge
from resolution.domain.ledger import Ledger
from resolution.settle import Terms
from resolution.settle_component import Component, ScoredLink, settle_component
from resolution.survivorship import Survivors
from resolution.survivorship_rules import parse_rules

# As in `resolution.matching_run`, which takes a second to import; a test holds the two equal.
DECIDED_WEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a component comes to: the ledger after, and by golden id its members and survivors."""

    ledger: Ledger
    members: Mapping[str, frozenset[str]]
    party_types: Mapping[str, PartyType]
    survivors: Mapping[str, Survivors]


def terms_of_version(
    connection: Connection, tenant_id: str, *, version: int, now: datetime, cause: str
) -> Terms:
    """Return what settling goes by in a version: the bridge, clean sources and rules of its model.

    Raises:
        NothingPublished: The version has no model.
    """
    row = connection.execute(
        select(Model.bridge_json, Model.clean_sources_json, Model.rules_text)
        .join(
            Version,
            (col(Version.tenant_id) == Model.tenant_id) & (col(Version.model_id) == Model.model_id),
        )
        .where(Version.tenant_id == tenant_id, Version.sequence == version)
    ).one_or_none()
    if row is None:
        raise NothingPublished("nothing is published yet; run `concord run` first")
    return Terms(
        bridge=Bridge(**json.loads(row.bridge_json)),
        clean_sources=tuple(json.loads(row.clean_sources_json)),
        rules=parse_rules(row.rules_text, origin="the store"),
        now=now.astimezone(UTC).replace(tzinfo=None),
        cause=cause,
    )


def settle_stored(component: StoredComponent, terms: Terms, sealer: Sealer) -> Outcome:
    """Return what a stored component comes to; writes nothing."""
    ledger = component.ledger
    survivors: dict[str, Survivors] = {}
    by_type: dict[str, set[str]] = defaultdict(set)
    for record in component.records.values():
        by_type[record.party_type].add(record.record_id)
    gone = component.gone
    for name in sorted(by_type) or [PartyType.PERSON.value]:
        settled = settle_component(
            replace(_part(component, by_type[name], PartyType(name), sealer), removed=gone), terms, ledger
        )
        ledger, gone = settled.ledger, frozenset()
        survivors |= settled.survivors
    members: dict[str, set[str]] = defaultdict(set)
    for record_id, golden_id in ledger.membership().items():
        members[golden_id].add(record_id)
    types = {
        golden_id: PartyType(component.records[min(records)].party_type)
        for golden_id, records in members.items()
    }
    return Outcome(ledger, {k: frozenset(v) for k, v in members.items()}, types, survivors)


def _part(component: StoredComponent, records: set[str], party_type: PartyType, sealer: Sealer) -> Component:
    """Return the records of one party type as `resolution` settles them."""
    verdicts = {(d.left, d.right): d.is_match for d in component.decisions}
    links = []
    for link in component.links:
        if link.record_id_l not in records or link.record_id_r not in records:
            continue
        verdict = verdicts.get((link.record_id_l, link.record_id_r))
        links.append(
            ScoredLink(
                left=link.record_id_l,
                right=link.record_id_r,
                weight=link.match_weight,
                joins=link.band == "match" if verdict is None else verdict,
                is_strict=link.method == "deterministic" and verdict is None,
                is_vetoed=link.veto is not None and verdict is not True,
            )
        )
    linked = {(link.left, link.right) for link in links}
    links += [_decided(pair, verdict) for pair, verdict in verdicts.items() if pair not in linked]
    return Component(
        party_type=party_type,
        sources={record: component.records[record].source for record in records},
        links=[link for link in links if link.left in records and link.right in records],
        decisions=[d for d in component.decisions if d.left in records and d.right in records],
        claims=[
            claim for record in sorted(records) for claim in claims_of(component.records[record], sealer)
        ],
    )


def _decided(pair: tuple[str, str], is_match: bool) -> ScoredLink:
    """Return the link that a decision makes of a pair that was never scored."""
    return ScoredLink(*pair, weight=DECIDED_WEIGHT if is_match else -DECIDED_WEIGHT, joins=is_match)
