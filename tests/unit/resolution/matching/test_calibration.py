"""Where the line is drawn, and what is promised of it."""

import numpy as np
import pytest

from resolution.matching import calibration
from resolution.matching.calibration import REVIEW, Thresholds, choose_thresholds, interval
from resolution.matching.vectors import Floats, Vectors, probabilities

PRECISIONS = (0.5, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 0.999)


def _scores(seed: int = 2) -> Floats:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(-8, 3, 4000), rng.normal(0, 3, 500), rng.normal(9, 3, 1500)])


def _choose(scores: Floats, *, precision: float | None = None) -> Thresholds:
    vectors = Vectors(np.zeros((len(scores), 1), np.int8), np.zeros((len(scores), 1)), np.ones(len(scores)))
    return choose_thresholds(vectors, scores, precision=precision)


def test_a_higher_precision_is_never_a_lower_threshold() -> None:
    cuts = [_choose(_scores(), precision=p).match for p in PRECISIONS]

    assert cuts == sorted(cuts)
    assert cuts[0] < cuts[-1]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_links_reach_the_precision_asked_for(precision: float) -> None:
    scores = _scores()
    probability = probabilities(scores)

    match = _choose(scores, precision=precision).match

    linked = probability >= match
    assert linked.sum() > 100
    assert float(probability[linked].mean()) >= precision


def test_pairs_of_one_probability_stand_on_one_side() -> None:
    scores = np.concatenate([np.full(100, 9.0), np.full(1000, 2.0)])  # .998 and .8

    assert _choose(scores, precision=0.95).match == pytest.approx(probabilities(np.array([9.0]))[0])


def test_a_precision_out_of_reach_links_nothing() -> None:
    assert _choose(np.full(50, 1.0), precision=0.999).match == 1.0


@pytest.mark.parametrize("precision", [None, *PRECISIONS])
def test_the_review_band_lies_below_the_match_threshold(precision: float | None) -> None:
    found = _choose(_scores(), precision=precision)

    assert 0 < found.review < found.match <= 1
    assert found.review <= REVIEW


def test_no_link_is_no_promise() -> None:
    found = _choose(np.full(50, -9.0))

    assert found.precision is None
    assert found.recall is None


def test_no_pair_at_all_is_no_promise_either() -> None:
    assert _choose(np.array([])).precision is None


def test_what_is_promised_is_less_than_believed_and_recall_counts_what_is_missed() -> None:
    scores = _scores()
    probability = probabilities(scores)

    found = _choose(scores)

    linked = probability >= found.match
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision.value < float(probability[linked].mean())
    told = float(probability[linked].sum() / probability.sum())
    pairs = float(linked.sum())
    pulled = (told * pairs + calibration.USUAL * calibration.USUAL_PAIRS) / (pairs + calibration.USUAL_PAIRS)
    assert found.recall.value == pytest.approx(pulled)


def test_an_interval_holds_its_value_and_narrows_with_pairs() -> None:
    few, many = interval(0.95, pairs=10), interval(0.95, pairs=10_000)

    assert few.low < many.low < 0.95 < many.high <= few.high <= 1
