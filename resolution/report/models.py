"""The model as the report shows it: comparisons, levels, weights, m and u, and how often each occurred."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from resolution.matching.model import compared_in
from resolution.report.overview import PLURALS
from resolution.report.texts import words

MISSING = -1


@dataclass(frozen=True, slots=True)
class LevelView:
    """A level; `left` and `width` place its weight on the axis of its party type (shares)."""

    label: str
    weight: float
    left: float
    width: float
    m: float | None
    u: float | None
    has_term_frequency: bool
    seen: int
    seen_share: float


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A comparison; `missing_share` is of the scored pairs that could not be compared."""

    label: str
    levels: tuple[LevelView, ...]
    missing_share: float


@dataclass(frozen=True, slots=True)
class IntervalView:
    """An estimate with its interval, and the lower end of the axis it is drawn on."""

    value: float
    low: float
    high: float
    axis: float

    def at(self, value: float) -> float:
        """Return the place of `value` on the axis, from 0 to 1."""
        return min(max((value - self.axis) / (1 - self.axis), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class ModelView:
    """The model of one party type."""

    party_type: str
    plural: str
    status: str
    status_reason: str
    prior_weight: float
    prior_odds: float
    match_threshold: float
    review_threshold: float
    precision: IntervalView | None
    recall: IntervalView | None
    comparisons: tuple[ComparisonView, ...]
    zero: float


def model_view(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    party: Mapping[str, Any],
    *,
    expected: Mapping[str, Any] | None,
) -> ModelView:
    """Return the model of party type `kind`, from its part of model.json and the scored pairs.

    `expected` is what run.json says of its clusters; the model itself knows links only.
    """
    comparisons = compared_in(party)
    weights = [level["weight"] for c in comparisons for level in c["levels"]] or [0.0]
    low, high = min(*weights, -1.0), max(*weights, 1.0)
    told = expected or {}
    prior = float(party.get("prior_weight") or 0.0)
    return ModelView(
        party_type=kind,
        plural=PLURALS.get(kind, f"{kind}s"),
        status=words(str(party.get("status", ""))),
        status_reason=str(party.get("status_reason", "")),
        prior_weight=prior,
        prior_odds=2.0**-prior,
        match_threshold=float(party["match_threshold"]),
        review_threshold=float(party["review_threshold"]),
        precision=interval_view(told.get("precision")),
        recall=interval_view(told.get("recall")),
        comparisons=tuple(_comparison(connection, kind, c, low=low, high=high) for c in comparisons),
        zero=-low / (high - low),
    )


def interval_view(estimate: Mapping[str, float] | None) -> IntervalView | None:
    """Return an interval on an axis that begins at the tenth below it."""
    if not estimate:
        return None
    low = float(estimate["low"])
    axis = max(0.0, min(int(low * 10 - 1e-9) / 10, 0.9))
    return IntervalView(float(estimate["value"]), low, float(estimate["high"]), axis)


def _comparison(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    comparison: Mapping[str, Any],
    *,
    low: float,
    high: float,
) -> ComparisonView:
    seen = _seen(connection, kind, str(comparison["name"]))
    compared = sum(count for level, count in seen.items() if level != MISSING)
    everything = compared + seen.get(MISSING, 0)
    levels = [level for level in comparison["levels"] if level["level"] != MISSING]
    return ComparisonView(
        label=str(comparison["label"]),
        levels=tuple(
            _level(level, low=low, high=high, seen=seen.get(level["level"], 0), compared=compared)
            for level in sorted(levels, key=lambda level: -int(level["level"]))
        ),
        missing_share=seen.get(MISSING, 0) / everything if everything else 0.0,
    )


def _seen(connection: duckdb.DuckDBPyConnection, kind: str, name: str) -> dict[int, int]:
    column = '"level_' + name.replace('"', '""') + '"'
    links = connection.query("from links")
    if f"level_{name}" not in links.columns:
        return {}
    quoted = kind.replace("'", "''")
    counted = links.filter(f"party_type = '{quoted}' and {column} is not null").aggregate(
        f"{column} as level, count(*) as pairs"
    )
    return {int(level): int(pairs) for level, pairs in counted.fetchall()}


def _level(level: Mapping[str, Any], *, low: float, high: float, seen: int, compared: int) -> LevelView:
    weight = float(level["weight"])
    return LevelView(
        label=str(level["label"]),
        weight=weight,
        left=(min(weight, 0.0) - low) / (high - low),
        width=abs(weight) / (high - low),
        m=level.get("m"),
        u=level.get("u"),
        has_term_frequency=bool(level.get("tf_column")),
        seen=seen,
        seen_share=seen / compared if compared else 0.0,
    )
