"""Where to draw the line, and how right we expect to be, without labels.

The additive score of a pair is a match weight; its probability is what EM believes. Two facts keep us
modest: independent evidence is never quite independent, so that beliefs near 1 are too bold, and people
decide best where we are unsure. So

* the match threshold is where matching becomes likelier than not, unless a precision is asked for: then
  the lowest probability from which on the expected precision of all links reaches it;
* the review band holds what is below the threshold and still worth a look, and what is just above it;
* expected precision and recall count probabilities, discounted by `DOUBT`, with an interval that
  widens when few pairs carry the estimate.

`DOUBT` is the average overstatement measured over labelled sets (benchmarks/quality.py).
"""

from dataclasses import dataclass

import numpy as np

from resolution.matching.model import Calibration, Interval
from resolution.matching.vectors import Floats, Vectors, probabilities

MATCH = 0.5  # likelier than not: the cut that makes the fewest expected mistakes
REVIEW = 0.1  # below it, nine in ten looks would be wasted
DOUBT = 0.02
DOUBTED_MISTAKES = 2.0  # mistakes count twice where a precision is asked for
# By how much more than was true the precision of clusters was expected, on average over labelled sets: what
# two organisations share (one house, one switchboard, one brand) counts as often as they share it.
OVERSTATED = {"person": 0.0, "organization": 0.015}
LEAST_HALF_WIDTH = 0.03
USUAL = 0.8  # precision and recall of a run about which nothing is known
USUAL_PAIRS = 10.0  # how many pairs that belief is worth
PAIRS_FOR_FULL_BELIEF = 200.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities that bound the bands, and what to expect of the links."""

    match: float
    review: float
    calibration: Calibration
    precision: Interval | None
    recall: Interval | None


def _cut_for(probability: Floats, weights: Floats, *, precision: float) -> float:
    """Return the lowest probability from which on the expected precision reaches `precision`."""
    order = np.argsort(-probability, kind="stable")
    ordered, share = probability[order], weights[order]
    mistakes = DOUBTED_MISTAKES * (1 - np.cumsum(ordered * share) / np.cumsum(share))
    is_last = np.append(np.diff(ordered) < 0, True)[: len(ordered)]  # a cut takes all pairs of a probability
    good = np.flatnonzero(is_last & (1 - mistakes >= precision))
    return float(ordered[good[-1]]) if len(good) else 1.0


def interval(value: float, *, pairs: float) -> Interval:
    """Return an estimate with an interval that is wide where few pairs carry it.

    Few pairs also pull the estimate itself towards `USUAL`: a small file gives EM little to doubt.
    """
    value = (value * pairs + USUAL * USUAL_PAIRS) / (pairs + USUAL_PAIRS)
    spread = 1.96 * float(np.sqrt(max(value * (1 - value), 0.01) / max(pairs, 1.0)))
    half = max(LEAST_HALF_WIDTH, spread) * (1 + PAIRS_FOR_FULL_BELIEF / (pairs + PAIRS_FOR_FULL_BELIEF))
    return Interval(value, max(0.0, value - half), min(1.0, value + half))


def choose_thresholds(vectors: Vectors, scores: Floats, *, precision: float | None = None) -> Thresholds:
    """Return the working point of a model from the scores of its (sampled) blocked pairs."""
    probability = probabilities(scores)
    match = (
        MATCH
        if precision is None
        else max(MATCH, _cut_for(probability, vectors.weights, precision=precision))
    )
    linked = probability >= match
    pairs = float(vectors.weights[linked].sum())
    matches = float((probability * vectors.weights).sum())
    precise = recalled = None
    if pairs >= 1:
        found = float((probability * vectors.weights)[linked].sum())
        precise = interval((1 - DOUBT) * found / pairs, pairs=pairs)
        recalled = interval(found / max(matches, 1e-9), pairs=pairs)
    return Thresholds(
        match, min(REVIEW, match / 2), Calibration("posterior of the fitted mixture"), precise, recalled
    )
