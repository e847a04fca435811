"""Survivorship: which values a golden record shows, and which of its records' values conflict.

Pure, and a total order decides, so neither the order of records nor of claims can matter. This is the
small form, for one golden record in memory; `survivorship_bulk` gives the same for all of them in SQL,
and a test holds the two equal.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from resolution.domain.attributes import PartyType
from resolution.domain.claims import AttributeClaim, is_partial
from resolution.domain.golden import Conflict, GoldenValue
from resolution.survivorship_rules import Criterion, FieldRule, SurvivorshipRules

MAX_LENGTH = 511  # characters; longer values count as equally complete
MAX_POSITION = 255  # values that one record states beyond this count as equally late

Owners = frozenset[tuple[str, int]]  # record and position of those who state a chosen value
NOBODY: Owners = frozenset()
Weakness = tuple[tuple[float, ...], str, str, str]  # the smallest survives


@dataclass(frozen=True, slots=True)
class Survivors:
    """What survived for one golden record, in order of attribute and position, and what conflicts."""

    values: tuple[GoldenValue, ...]
    conflicts: tuple[Conflict, ...]


def survive(
    claims: Iterable[AttributeClaim], rules: SurvivorshipRules, *, party_type: PartyType
) -> Survivors:
    """Return what the claims of one party's live records come to under the rules."""
    by_attribute: dict[str, list[AttributeClaim]] = defaultdict(list)
    for claim in claims:
        by_attribute[claim.attribute].append(claim)
    chosen: dict[str, Owners] = {}
    values: list[GoldenValue] = []
    conflicts: list[Conflict] = []
    rule_of = {attribute: rules.rule(party_type, attribute) for attribute in by_attribute}
    for attribute in sorted(by_attribute, key=lambda name: (rule_of[name].follows is not None, name)):
        rule = rule_of[attribute]
        owners = chosen.get(rule.follows or "", NOBODY)
        ranked = rank(by_attribute[attribute], rule, owners=owners, trust=rules.trust)
        chosen[attribute] = _owners(by_attribute[attribute], key=ranked[0].claim.key)
        kept = _kept(ranked, rule, owners=owners)
        claiming = len({claim.record_id for claim in by_attribute[attribute]})
        values += [_value(r, rule, position=n, claiming=claiming) for n, r in enumerate(ranked[:kept])]
        conflicts += [_conflict(r, rule, claiming=claiming) for r in ranked[kept:]]
    return Survivors(
        tuple(sorted(values, key=lambda value: (value.attribute, value.position))),
        tuple(sorted(conflicts, key=lambda conflict: (conflict.attribute, conflict.key))),
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best claim among those that state one and the same value."""

    claim: AttributeClaim
    support: int  # records that state the value


def rank(
    claims: Sequence[AttributeClaim],
    rule: FieldRule,
    *,
    owners: Owners,
    trust: Mapping[str, int],
) -> list[Ranked]:
    """Return the distinct values of one attribute, best first, each by its best claim.

    `owners` are those who state the value chosen for the attribute that this one follows.
    """
    witnesses: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        witnesses[claim.key].add(claim.record_id)

    def weakness(claim: AttributeClaim) -> Weakness:
        merits = {
            Criterion.MOST_TRUSTED: (trust.get(claim.source, 0),),
            Criterion.MOST_RECENT: _recency(claim.observed_at),
            Criterion.MOST_FREQUENT: (len(witnesses[claim.key]),),
            Criterion.MOST_COMPLETE: (_length(claim.key), _length(claim.value)),
        }
        ordered = [merit for criterion in rule.criteria for merit in merits[criterion]]
        strengths = (_owner(claim) in owners, not is_partial(claim.attribute, claim.key), *ordered)
        return (
            (*(-strength for strength in strengths), _position(claim)),
            claim.record_id,
            claim.key,
            claim.value,
        )

    best: dict[str, AttributeClaim] = {}
    for claim in sorted(claims, key=weakness):
        best.setdefault(claim.key, claim)
    return [Ranked(claim, len(witnesses[key])) for key, claim in best.items()]


def _recency(observed_at: datetime | None) -> tuple[float, float]:
    """Return what is greater the later a claim was observed; claims without a time come last."""
    if observed_at is None:
        return (0, 0)
    moment = observed_at if observed_at.tzinfo else observed_at.replace(tzinfo=UTC)
    return (1, moment.timestamp())


def _length(text: str) -> int:
    return min(len(text), MAX_LENGTH)


def _position(claim: AttributeClaim) -> int:
    return min(claim.position, MAX_POSITION)


def _owner(claim: AttributeClaim) -> tuple[str, int]:
    """Return the name or address that a part belongs to: the one its record states at its position."""
    return (claim.record_id, _position(claim))


def _owners(claims: Iterable[AttributeClaim], *, key: str) -> Owners:
    return frozenset(_owner(claim) for claim in claims if claim.key == key)


def _kept(ranked: Sequence[Ranked], rule: FieldRule, *, owners: Owners) -> int:
    """Return how many of the ranked values survive."""
    if rule.is_union:
        return len(ranked)
    if rule.only_follows and owners and _owner(ranked[0].claim) not in owners:
        return 0
    return 1


def _value(ranked: Ranked, rule: FieldRule, *, position: int, claiming: int) -> GoldenValue:
    claim = ranked.claim
    return GoldenValue(
        attribute=claim.attribute,
        position=position,
        value=claim.value,
        key=claim.key,
        record_id=claim.record_id,
        source=claim.source,
        observed_at=claim.observed_at,
        rule=rule.name,
        support=ranked.support,
        claiming=claiming,
    )


def _conflict(ranked: Ranked, rule: FieldRule, *, claiming: int) -> Conflict:
    claim = ranked.claim
    return Conflict(
        attribute=claim.attribute,
        value=claim.value,
        key=claim.key,
        record_id=claim.record_id,
        source=claim.source,
        observed_at=claim.observed_at,
        rule=rule.name,
        support=ranked.support,
        claiming=claiming,
    )
