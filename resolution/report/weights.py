"""The match-weight histogram: how many scored pairs stand where, and where the thresholds cut."""

from dataclasses import dataclass
from itertools import accumulate
from math import floor, log2, log10
from typing import Any

import duckdb

from resolution.report.overview import rows

BINS = 56  # about as many as a narrow page can show
STEPS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)  # widths of a bin, in bits
OUTSIDE = 0.005  # share of pairs at either end that may stand in the outermost bins

_BITS = """
select floor(match_weight)::int as bit, count(*) as pairs
from links where party_type = $kind group by bit order by bit
"""
_COUNTS = """
select least(greatest(floor(match_weight / $step)::int, $first), $last) as bin,
    count(*) as pairs,
    count(*) filter (band = 'match') as match, count(*) filter (band = 'review') as review,
    count(*) filter (veto is not null) as vetoed
from links where party_type = $kind group by bin order by bin
"""


@dataclass(frozen=True, slots=True)
class HistogramBin:
    """Pairs with a weight from `low` on; heights are shares of the chart, on a logarithmic scale."""

    position: int
    low: float
    high: float
    pairs: int
    vetoed: int
    band: str
    height: float
    vetoed_height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis, as a share of its length."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """The histogram of one party type. `review` and `match` are the lower edges of those bands."""

    party_type: str
    bins: tuple[HistogramBin, ...]
    columns: int
    ticks: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    review: Mark
    match: Mark
    pairs: int


def weight_of(probability: float) -> float:
    """Return the match weight (log2 odds) of a probability."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return log2(bounded / (1 - bounded))


def histogram(
    connection: duckdb.DuckDBPyConnection, kind: str, *, review: float, match: float
) -> Histogram | None:
    """Return the histogram of a party type with its thresholds (probabilities); None without pairs."""
    bits = [(row["bit"], row["pairs"]) for row in rows(connection, _BITS, {"kind": kind})]
    if not bits:
        return None
    low = min(_most(bits), weight_of(review) - 2)
    high = max(_most(bits[::-1]) + 1, weight_of(match) + 2)
    step = next((s for s in STEPS if (high - low) / s <= BINS), STEPS[-1])
    first, last = floor(low / step), floor(high / step)
    counts = rows(connection, _COUNTS, {"kind": kind, "step": step, "first": first, "last": last})
    tallest = max(_log(count["pairs"]) for count in counts)
    axis = _Axis(first * step, (last + 1) * step)
    return Histogram(
        party_type=kind,
        bins=tuple(_bin(count, first=first, step=step, tallest=tallest) for count in counts),
        columns=last - first + 1,
        ticks=axis.ticks(),
        levels=_levels(tallest),
        review=Mark(axis.at(weight_of(review)), f"{review:.3g}"),
        match=Mark(axis.at(weight_of(match)), f"{match:.3g}"),
        pairs=sum(pairs for _, pairs in bits),
    )


def _most(bits: list[tuple[int, int]]) -> int:
    """Return the bit before which, in the order given, at most the share `OUTSIDE` of pairs lies."""
    outside = OUTSIDE * sum(pairs for _, pairs in bits)
    passed = accumulate(pairs for _, pairs in bits)
    return next(bit for (bit, _), so_far in zip(bits, passed, strict=True) if so_far > outside)


def _log(pairs: int) -> float:
    """Return a height for a count: 1 pair must be seen beside a million."""
    return log10(1 + pairs) if pairs else 0.0


def _bin(count: dict[str, Any], *, first: int, step: float, tallest: float) -> HistogramBin:
    bands = {"match": count["match"], "review": count["review"]}
    bands["no_match"] = count["pairs"] - sum(bands.values())
    return HistogramBin(
        position=count["bin"] - first,
        low=count["bin"] * step,
        high=(count["bin"] + 1) * step,
        pairs=count["pairs"],
        vetoed=count["vetoed"],
        band=max(bands, key=lambda band: bands[band]),
        height=_log(count["pairs"]) / tallest,
        vetoed_height=_log(count["vetoed"]) / tallest,
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    def at(self, weight: float) -> float:
        return min(max((weight - self.low) / (self.high - self.low), 0.0), 1.0)

    def ticks(self) -> tuple[Mark, ...]:
        step = next((s for s in (1, 2, 5, 10, 20, 50, 100) if (self.high - self.low) / s <= 9), 200)
        first = -(-self.low // step)
        marks = [first * step + n * step for n in range(int((self.high - first * step) // step) + 1)]
        return tuple(
            Mark(self.at(mark), f"{mark:+.0f}".replace("-", "\u2212") if mark else "0") for mark in marks
        )


def _levels(tallest: float) -> tuple[Mark, ...]:
    names = {1: "1", 10: "10", 100: "100", 1_000: "1k", 10_000: "10k", 100_000: "100k", 1_000_000: "1M"}
    marks = [(_log(pairs) / tallest, name) for pairs, name in (names | {10_000_000: "10M"}).items()]
    return tuple(Mark(at, name) for at, name in marks if at <= 1)
