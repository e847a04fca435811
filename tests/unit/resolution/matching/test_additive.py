"""The additive scorer: sums of weights that reproduce what they are fitted to."""

import numpy as np
import pytest

from resolution.matching.additive import AdditiveWeights, fit_additive, starting_weights
from resolution.matching.training import Estimates
from resolution.matching.vectors import Floats, Vectors, probabilities

TRUE = AdditiveWeights(
    (np.array([-3.0, 1.0, 4.0]), np.array([-1.0, 2.5]), np.array([-2.0, 0.5, 1.5, 5.0])), np.ones(3), -2.0
)
SIZES = tuple(len(levels) for levels in TRUE.levels)


def _vectors(pairs: int, *, seed: int = 3, highest: tuple[int, ...] = SIZES) -> Vectors:
    rng = np.random.default_rng(seed)
    levels = np.stack([rng.integers(-1, n, size=pairs) for n in highest], axis=1).astype(np.int8)
    best = levels == np.array(SIZES) - 1
    rarity = np.where(best, rng.normal(0, 2, size=levels.shape), 0.0)
    return Vectors(levels, rarity, np.ones(pairs))


def _flat() -> AdditiveWeights:
    return AdditiveWeights(tuple(np.zeros(n) for n in SIZES), np.ones(3), 0.0)


def _by_hand(weights: AdditiveWeights, vectors: Vectors) -> Floats:
    scores = []
    for row, rarities in zip(vectors.levels.tolist(), vectors.rarity.tolist(), strict=True):
        parts = [
            weights.levels[c][level] + weights.rarity[c] * rarities[c]
            for c, level in enumerate(row)
            if level >= 0
        ]
        scores.append(weights.prior + sum(parts))
    return np.array(scores)


def test_a_score_is_the_prior_and_the_weight_of_each_level_seen() -> None:
    vectors = _vectors(200)

    assert TRUE.score(vectors) == pytest.approx(_by_hand(TRUE, vectors), abs=1e-12)


def test_the_start_is_fellegi_and_sunters_weight() -> None:
    m, u = (np.array([0.2, 0.8]),), (np.array([0.9, 0.1]),)

    start = starting_weights(Estimates(m, u, 10.0, {}, 1290.0, 3, np.zeros(1)))

    assert start.levels[0] == pytest.approx(np.log2([0.2 / 0.9, 8.0]))
    assert start.prior == pytest.approx(-7.0)


def test_a_logistic_target_is_reproduced() -> None:
    vectors = _vectors(20_000)
    targets = probabilities(TRUE.score(vectors))

    found = fit_additive(vectors, targets, start=_flat())

    assert probabilities(found.score(vectors)) == pytest.approx(targets, abs=0.02)


def test_targets_that_the_start_already_gives_move_nothing() -> None:
    vectors = _vectors(2000)

    found = fit_additive(vectors, probabilities(TRUE.score(vectors)), start=TRUE)

    assert np.concatenate(found.levels) == pytest.approx(np.concatenate(TRUE.levels), abs=1e-3)
    assert found.prior == pytest.approx(TRUE.prior, abs=1e-3)


def test_levels_that_no_pair_shows_keep_their_weight() -> None:
    vectors = _vectors(2000, highest=(2, 2, 3))  # the best levels of two comparisons never occur

    found = fit_additive(vectors, np.zeros(2000), start=TRUE)

    assert found.levels[0][2] == pytest.approx(4.0)
    assert found.levels[2][3] == pytest.approx(5.0)
    assert found.levels[0][0] < -3.0


def test_a_stronger_pull_moves_less() -> None:
    vectors = _vectors(300)
    targets = probabilities(TRUE.score(vectors))

    moves = [
        float(np.abs(np.concatenate(fit_additive(vectors, targets, start=_flat(), pull=pull).levels)).sum())
        for pull in (0.01, 1.0, 100.0)
    ]

    assert moves == sorted(moves, reverse=True)


def test_evidence_that_comes_twice_counts_once() -> None:
    rng = np.random.default_rng(5)
    single = rng.integers(0, 2, size=(3000, 1)).astype(np.int8)
    doubled = Vectors(np.repeat(single, 2, axis=1), np.zeros((3000, 2)), np.ones(3000))
    weights = np.array([-2.0, 2.0])
    targets = probabilities(weights[single[:, 0]])
    start = AdditiveWeights((weights, weights), np.ones(2), 0.0)

    found = fit_additive(doubled, targets, start=start)

    assert found.levels[0] + found.levels[1] + found.prior == pytest.approx(weights, abs=0.05)


def test_pairs_count_as_often_as_they_stand_for() -> None:
    vectors = _vectors(300)
    targets = probabilities(TRUE.score(vectors))
    heavy = Vectors(vectors.levels, vectors.rarity, np.full(300, 3.0))
    thrice = Vectors(np.tile(vectors.levels, (3, 1)), np.tile(vectors.rarity, (3, 1)), np.ones(900))

    one = fit_additive(heavy, targets, start=_flat())
    other = fit_additive(thrice, np.tile(targets, 3), start=_flat())

    assert one.score(vectors) == pytest.approx(other.score(vectors), abs=1e-3)
