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
from resolution.domain.claims import AttributeClaim, is_partial, is_well_written
from resolution.domain.golden import Conflict, GoldenValue
from resolution.survivorship_rules import Criterion, FieldRule, SurvivorshipRules

MAX_LENGTH = 511  # characters; longer values count as equally complete
MAX_POSITION = 255  # values that one record states beyond this count as equally late

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
    leaders: dict[str, Leader] = {}
    values: list[GoldenValue] = []
    conflicts: list[Conflict] = []
    rule_of = {attribute: rules.rule(party_type, attribute) for attribute in by_attribute}
    for attribute in sorted(by_attribute, key=lambda name: (rule_of[name].follows is not None, name)):
        rule = rule_of[attribute]
        leader = leaders.get(rule.follows or "", NO_LEADER)
        ranked = rank(by_attribute[attribute], rule, leader=leader, trust=rules.trust)
        leaders[attribute] = Leader.of(by_attribute[attribute], key=ranked[0].claim.key)
        kept = _kept(ranked, rule, leader=leader)
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


# How near a part is to the value chosen for the attribute that it follows.
OF_ANOTHER, OF_NONE, OF_CHOSEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Leader:
    """Who states the chosen value of an attribute that others follow, and who states any value."""

    of_chosen: frozenset[tuple[str, int]] = frozenset()
    of_any: frozenset[tuple[str, int]] = frozenset()

    @staticmethod
    def of(claims: Iterable[AttributeClaim], *, key: str) -> "Leader":
        """Return the leader that the claims of an attribute make, when the value of `key` is chosen."""
        owners = [(claim.key, _owner(claim)) for claim in claims]
        return Leader(
            of_chosen=frozenset(owner for stated, owner in owners if stated == key),
            of_any=frozenset(owner for _, owner in owners),
        )

    def nearness(self, claim: AttributeClaim) -> int:
        """Say whether a claim is part of the chosen value, of no value, or of one not chosen."""
        owner = _owner(claim)
        if owner in self.of_chosen:
            return OF_CHOSEN
        return OF_ANOTHER if owner in self.of_any else OF_NONE


NO_LEADER = Leader()


def rank(
    claims: Sequence[AttributeClaim],
    rule: FieldRule,
    *,
    leader: Leader,
    trust: Mapping[str, int],
) -> list[Ranked]:
    """Return the distinct values of one attribute, best first, each by its best claim.

    `leader` says who states what for the attribute that this one follows.
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
            Criterion.BEST_WRITTEN: (is_well_written(claim.attribute, claim.value),),
        }
        ordered = [merit for criterion in rule.criteria for merit in merits[criterion]]
        strengths = (leader.nearness(claim), not is_partial(claim.attribute, claim.key), *ordered)
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


def _kept(ranked: Sequence[Ranked], rule: FieldRule, *, leader: Leader) -> int:
    """Return how many of the ranked values survive."""
    if rule.is_union:
        return len(ranked)
    return 0 if rule.only_follows and leader.nearness(ranked[0].claim) == OF_ANOTHER else 1


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
