"""The model: everything learned from data, as one immutable value (DESIGN.md section 4).

`ResolutionModel` is what `model.json` holds. An update of the data never changes it, so a record scored
today and a record scored next year are scored alike.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from resolution.domain.errors import OutdatedModel

# Of model.json and of the match input that its comparisons and blocking rules look at: raise it when either
# changes its columns or their meaning. Models and runs of another format are refused.
FORMAT = 2


@dataclass(frozen=True, slots=True)
class TrainedLevel:
    """A comparison level with what was learned; `weight` is log2 odds, calibration folded in.

    Where `tf_column` is set, the weight of a pair is `weight + tf_weight * log2(tf_reference / tf)` with
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
    tf_reference: float | None = None


@dataclass(frozen=True, slots=True)
class TrainedComparison:
    """A comparison with trained levels, best first, the missing level (-1) last."""

    name: str
    label: str
    columns: tuple[str, ...]
    levels: tuple[TrainedLevel, ...]
    pair_values: Mapping[str, str] = field(default_factory=dict)  # see comparisons.Comparison


@dataclass(frozen=True, slots=True)
class TermFrequencies:
    """Frequencies of the values of one column; a value not in `values` has the `default`.

    `agreement` is the chance that two random records agree, `shared` the contacts of many parties.
    """

    values: Mapping[str, float]
    default: float
    reference: float
    agreement: float
    shared: tuple[str, ...] = ()


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
    term_frequencies: Mapping[str, TermFrequencies]
    word_weights: Mapping[str, float]
    default_word_weight: float
    calibration: Calibration
    match_threshold: float
    review_threshold: float
    expected_precision: Interval | None = None
    expected_recall: Interval | None = None
    vetoes: tuple[str, ...] = ()  # names of the vetoes in force (resolution/matching/rules.py)
    semantic: TrainedComparison | None = None  # of names by meaning (resolution/matching/semantic.py)


@dataclass(frozen=True, slots=True)
class ResolutionModel:
    """All party models, and what was learned about values and sources."""

    records: int
    parties: Mapping[str, PartyModel]
    clean_sources: tuple[str, ...] = ()
    shared_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bridge: Mapping[str, float] = field(default_factory=dict)
    date_readings: tuple[Mapping[str, Any], ...] = ()  # by column, whether the day comes first
    cluster_evidence: Mapping[str, float] = field(default_factory=dict)  # bits; none in models of before

    @property
    def model_id(self) -> str:
        """Return the hash of the model's content: equal models have equal ids."""
        return _id_of(_plain(self))


def _id_of(document: Any) -> str:
    content = json.dumps(document, sort_keys=True, default=list).encode()
    return f"m-{hashlib.sha256(content).hexdigest()[:16]}"


def _plain(value: Any) -> Any:
    """Return a model as dictionaries and tuples; `dataclasses.asdict` is slow, for it copies each number."""
    if isinstance(value, (str, float)):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(inner) for inner in value)
    if is_dataclass(value):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    return value


def _comparison_from_json(document: Mapping[str, Any]) -> TrainedComparison:
    levels = tuple(TrainedLevel(**level) for level in document["levels"])
    return TrainedComparison(
        document["name"], document["label"], tuple(document["columns"]), levels, document["pair_values"]
    )


def party_from_json(document: Mapping[str, Any]) -> PartyModel:
    """Return the party model that `to_json` wrote."""
    expected = document.get("expected") or {}
    comparisons = tuple(_comparison_from_json(c) for c in document["comparisons"])
    semantic = document.get("semantic")
    return PartyModel(
        status=document["status"],
        status_reason=document["status_reason"],
        prior_weight=document["prior_weight"],
        comparisons=comparisons,
        blocking_rules=tuple(
            BlockingRule(r["name"], r["sql"], r["largest_block"], tuple(r["stop_values"]))
            for r in document["blocking_rules"]
        ),
        term_frequencies={
            column: TermFrequencies(**{**tf, "shared": tuple(tf["shared"])})
            for column, tf in document["term_frequencies"].items()
        },
        word_weights=document["word_weights"],
        default_word_weight=document["default_word_weight"],
        calibration=Calibration(**document["calibration"]),
        match_threshold=document["match_threshold"],
        review_threshold=document["review_threshold"],
        expected_precision=Interval(**expected["precision"]) if expected.get("precision") else None,
        expected_recall=Interval(**expected["recall"]) if expected.get("recall") else None,
        vetoes=tuple(document["vetoes"]),
        semantic=_comparison_from_json(semantic) if semantic else None,
    )


def compared_in(party: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return all comparisons of a party model in its JSON form, the one of meanings last."""
    return [*(party.get("comparisons") or ()), *filter(None, [party.get("semantic")])]


def from_json(document: Mapping[str, Any], *, named: str = "the model") -> ResolutionModel:
    """Return the model that `to_json` wrote; `named` is what an error calls it.

    Raises:
        OutdatedModel: It is of another format.
    """
    if document["format"] != FORMAT:
        raise OutdatedModel(
            f"{named} was made by {'an earlier' if document['format'] < FORMAT else 'a later'} version;"
            " make it anew with `concord resolve FILE… --out DIR`"
        )
    return ResolutionModel(
        records=document["records"],
        parties={name: party_from_json(party) for name, party in document["parties"].items()},
        clean_sources=tuple(document["clean_sources"]),
        shared_values={name: tuple(values) for name, values in document["shared_values"].items()},
        bridge=document["bridge"],
        date_readings=tuple(document.get("date_readings", ())),
        cluster_evidence=document.get("cluster_evidence", {}),
    )


def to_json(model: ResolutionModel) -> dict[str, Any]:
    """Return the JSON form of a model, as written to `model.json`."""
    content = _plain(model)
    document = {"format": FORMAT, "model_id": _id_of(content), **content}
    for party in document["parties"].values():
        precision, recall = party.pop("expected_precision"), party.pop("expected_recall")
        party["expected"] = {"precision": precision, "recall": recall} if precision else None
    return document
