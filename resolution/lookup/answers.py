"""What a look-up says: candidates with the evidence for each, and whom the record would join."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resolution.domain.attributes import PartyType
from resolution.matching.comparisons import MISSING
from resolution.matching.model import PartyModel, TrainedComparison


@dataclass(frozen=True, slots=True)
class Share:
    """What one comparison adds to the match weight, in bits: `base` for its level, `rarity` for the value."""

    comparison: str
    label: str
    level: int
    outcome: str
    base: float
    rarity: float

    @property
    def weight(self) -> float:
        """Return the whole share."""
        return self.base + self.rarity


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of the base that the given one may be, scored as in a batch.

    `prior` and the weights of `shares` add up to `match_weight` (log2 odds). `verdict` is `match`, `review`
    or `no_match`; a veto makes it `no_match` whatever the weight. `rule` names the deterministic rule that
    links the pair, else the blocking rule that first met it.
    """

    record_id: str
    source: str
    match_weight: float
    match_probability: float
    method: str
    rule: str
    veto: str | None
    verdict: str
    prior: float
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """The answer for one given record.

    `candidates` are the best of `linked` records that score high enough to be kept, best first; `compared`
    met it by a blocking rule. `joins` are the records that it would be clustered with, were it taken in
    (the ledger says which golden record that is); None where its component is too large to say at once.
    """

    record_id: str
    party_type: PartyType
    candidates: tuple[Candidate, ...]
    linked: int
    compared: int
    joins: tuple[str, ...] | None


def candidate_of(link: Mapping[str, Any], other: str, source: str, model: PartyModel) -> Candidate:
    """Return the candidate that a link to `other` is."""
    compared = [*model.comparisons, *([model.semantic] if model.semantic is not None else [])]
    return Candidate(
        record_id=other,
        source=source,
        match_weight=link["match_weight"],
        match_probability=link["match_probability"],
        method=link["method"],
        rule=link["rule"],
        veto=link["veto"],
        verdict=link["band"],
        prior=model.prior_weight,
        shares=tuple(share for c in compared if (share := _share(link, c)) is not None),
    )


def _share(link: Mapping[str, Any], comparison: TrainedComparison) -> Share | None:
    level = link.get(f"level_{comparison.name}")
    if level is None:
        return None
    weight = link[f"weight_{comparison.name}"]
    known = next(found for found in comparison.levels if found.level == level)
    base = 0.0 if level == MISSING else known.weight
    return Share(comparison.name, comparison.label, level, known.label, base, weight - base)
