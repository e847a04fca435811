"""The model: everything learned from data, as one immutable value (DESIGN.md section 4).

`ResolutionModel` is what `model.json` holds. An update of the data never changes it, so a record scored
today and a record scored next year are scored alike.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

FORMAT = 1


@dataclass(frozen=True, slots=True)
class TrainedLevel:
    """A comparison level with what was learned; `weight` is log2 odds, calibration folded in.

    Where `tf_column` is set, the weight of a pair is `weight + tf_weight * (log2(u) - log2(tf))` with
    `tf` the greater term frequency of the two values.
    """

    level: int
    label: str
    sql: str
    m: float | None
    u: float | None
    weight: float
    tf_column: str | None = None
    tf_weight: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainedComparison:
    """A comparison with trained levels, best first, the missing level (-1) last."""

    name: str
    label: str
    columns: tuple[str, ...]
    levels: tuple[TrainedLevel, ...]


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """A blocking key and the values of it that too many records share."""

    name: str
    sql: str
    largest_block: int
    stop_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How raw weights became probabilities, and how far off we expect them to be."""

    method: str
    slope: float = 1.0
    intercept: float = 0.0
    expected_error: float | None = None


@dataclass(frozen=True, slots=True)
class PartyModel:
    """The model of one party type."""

    status: str  # "fitted", "rules_only" or "labelled"
    status_reason: str
    prior_weight: float
    comparisons: tuple[TrainedComparison, ...]
    blocking_rules: tuple[BlockingRule, ...]
    term_frequencies: Mapping[str, Mapping[str, float]]
    default_frequency: Mapping[str, float]
    word_weights: Mapping[str, float]
    default_word_weight: float
    calibration: Calibration
    match_threshold: float
    review_threshold: float
    expected_precision: Interval | None = None
    expected_recall: Interval | None = None


@dataclass(frozen=True, slots=True)
class ResolutionModel:
    """All party models, and what was learned about values and sources."""

    records: int
    parties: Mapping[str, PartyModel]
    clean_sources: tuple[str, ...] = ()
    shared_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bridge: Mapping[str, float] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """Return the hash of the model's content: equal models have equal ids."""
        content = json.dumps(asdict(self), sort_keys=True, default=list).encode()
        return f"m-{hashlib.sha256(content).hexdigest()[:16]}"


def to_json(model: ResolutionModel) -> dict[str, Any]:
    """Return the JSON form of a model, as written to `model.json`."""
    document = {"format": FORMAT, "model_id": model.model_id, **asdict(model)}
    for party in document["parties"].values():
        precision, recall = party.pop("expected_precision"), party.pop("expected_recall")
        party["expected"] = {"precision": precision, "recall": recall} if precision else None
    return document
