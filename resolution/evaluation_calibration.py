"""Whether probabilities mean what they say: reliability of scored pairs, and the calibration error.

The expected calibration error (ECE, Naeini et al. 2015) is the mean distance between stated
probability and true share, over the pairs in the range where a probability is a statement at all:
below .05 and above .95 nearly every pair is decided, and their number would drown the rest.

Few pairs stray from any probability by chance. `by_chance` is the error that a perfect forecaster with the
same probabilities would have on average, by simulation: it says how much of the error may be noise, and does
not replace it.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import duckdb
import numpy as np

from resolution.domain.ids import DEFAULT_OBJECT

LOW, HIGH, BINS = 0.05, 0.95, 10
_Z = 1.959964  # normal quantile of a 95 % interval
REPLICATES = 1_000  # of the perfect forecaster
SEED = 20

_RECORD_ID = f"create or replace temp macro record_id(a, b) as a || ':{DEFAULT_OBJECT}:' || b"
_BY_ENTITY = """
create or replace temp view labelled as
select l.match_probability as p, (a.entity_id = b.entity_id)::int as is_match
from links l
join truth a on l.record_id_l = record_id(a.source, a.source_id)
join truth b on l.record_id_r = record_id(b.source, b.source_id)
"""
_BY_PAIR = """
create or replace temp view labelled as
with named as (
    select record_id(source_l, source_id_l) as l, record_id(source_r, source_id_r) as r from truth
), true_pairs as (
    select distinct least(l, r) as l, greatest(l, r) as r from named
), met as (
    select distinct source_l as a, source_r as b from truth union select source_r, source_l from truth
)
select l.match_probability as p, (t.l is not null)::int as is_match
from links l
join clusters x on l.record_id_l = record_id(x.source, x.source_id)
join clusters y on l.record_id_r = record_id(y.source, y.source_id)
join met on met.a = x.source and met.b = y.source
left join true_pairs t
    on t.l = least(l.record_id_l, l.record_id_r) and t.r = greatest(l.record_id_l, l.record_id_r)
"""
_BINS = """
select case when p < $low then -1 when p > $high then $bins
        else least(floor((p - $low) / (($high - $low) / $bins))::int, $bins - 1) end as bin,
    count(*), avg(p), avg(is_match)
from labelled group by bin order by bin
"""
# Pairs of nearly one probability are drawn together: a binomial in place of as many coins.
_COINS = """
select least(floor((p - $low) / (($high - $low) / $bins))::int, $bins - 1) as bin, count(*) as pairs,
    avg(p) as probability
from labelled where p between $low and $high group by bin, round(p, 3) order by all
"""


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Scored pairs whose probability is between `low` and `high`; the interval is Wilson's (95 %)."""

    low: float
    high: float
    pairs: int
    mean_probability: float
    true_share: float
    true_share_low: float
    true_share_high: float


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """The calibration error over `pairs` pairs with a probability in [.05, .95].

    `bins` is the reliability table: ten bins of equal width in that range, and one on either side that
    does not count towards `error`. Empty bins are left out. `error` is None when no pair is in range.
    `by_chance` is the mean error of a perfect forecaster with the same probabilities.
    """

    error: float | None
    pairs: int
    bins: tuple[ReliabilityBin, ...]
    by_chance: float | None = None


def calibration_error(
    connection: duckdb.DuckDBPyConnection, form: Literal["entities", "pairs"]
) -> CalibrationError:
    """Measure the tables `links`, `truth` and `clusters` of `connection`; unlabelled pairs are ignored."""
    connection.execute(_RECORD_ID)
    connection.execute(_BY_ENTITY if form == "entities" else _BY_PAIR)
    rows = connection.execute(_BINS, {"low": LOW, "high": HIGH, "bins": BINS}).fetchall()
    bins = {int(row[0]): _reliability_bin(*row) for row in rows}
    counted = [found for number, found in bins.items() if 0 <= number < BINS]
    pairs = sum(found.pairs for found in counted)
    distance = sum(found.pairs * abs(found.mean_probability - found.true_share) for found in counted)
    return CalibrationError(
        error=distance / pairs if pairs else None,
        pairs=pairs,
        bins=tuple(bins.values()),
        by_chance=_by_chance(connection) if pairs else None,
    )


def _by_chance(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the mean error of a forecaster whose probabilities are those of the pairs, and true."""
    coins = connection.execute(_COINS, {"low": LOW, "high": HIGH, "bins": BINS}).fetchnumpy()
    number, pairs, probability = (np.asarray(coins[name]) for name in ("bin", "pairs", "probability"))
    drawn = np.random.default_rng(SEED).binomial(pairs, np.clip(probability, 0, 1), (REPLICATES, len(pairs)))
    in_bin = number[:, None] == np.arange(BINS)
    distance = np.abs((drawn - pairs * probability) @ in_bin)
    return float(distance.sum(axis=1).mean() / pairs.sum())


def _reliability_bin(number: int, pairs: int, probability: float, share: float) -> ReliabilityBin:
    width = (HIGH - LOW) / BINS
    is_below, is_above = number < 0, number >= BINS
    spread = _Z * sqrt(share * (1 - share) / pairs + _Z**2 / (4 * pairs**2)) / (1 + _Z**2 / pairs)
    centre = (share + _Z**2 / (2 * pairs)) / (1 + _Z**2 / pairs)
    return ReliabilityBin(
        low=0.0 if is_below else HIGH if is_above else round(LOW + number * width, 4),
        high=LOW if is_below else 1.0 if is_above else round(LOW + (number + 1) * width, 4),
        pairs=pairs,
        mean_probability=probability,
        true_share=share,
        true_share_low=max(0.0, centre - spread),
        true_share_high=min(1.0, centre + spread),
    )
