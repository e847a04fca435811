"""Learning m and u without labels: expectation maximisation over the whole population of pairs.

In: comparison vectors of the blocked pairs (a sample of them) and level shares of random pairs. Out: m, u
and how many matches there are. Differences from textbook EM, each for a failure seen in practice:

* All N(N-1)/2 pairs are the population. Blocked pairs are observed, the rest are taken as non-matches, so
  the share of matches needs no guess and training does not depend on the blocking rules.
* Pairs of *related* parties have classes of their own (`kinships`): colleagues agree on employer, address
  and switchboard as one party does, and on names as strangers do. Without them EM takes the larger of
  the two groups for the matches.
* u comes from random pairs and from value counts, *less* the matches among them: small files full of
  duplicates would otherwise teach that agreeing on an e-mail is common.
* m has a Dirichlet prior worth `PRIOR_PAIRS` matching pairs (see `comparisons`), so that EM cannot
  collapse on few pairs, and never falls far below it (blocking hides the matches that disagree).

Sources: Fellegi and Sunter 1969; Enamorado, Fifield and Imai 2019 (fastLink) for EM on vectors; Larsen and
Rubin 2001 for classes of non-matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from resolution.matching.comparisons import PRIOR_PAIRS, Comparison
from resolution.matching.vectors import Floats, Vectors, expected_levels

LEAST_AGREEMENT = 0.15  # of the prior m
LEAST_DISAGREEMENT = 0.4  # of the prior m of the worst level: blocking hides the matches that disagree
PUREST_AGREEMENT = 0.05  # at least this share of agreeing pairs is taken as non-matches
KIN_AS_STRANGERS = 0.2  # how much of a kinship's levels come from chance where only some are shared
FIRST_SHARE_OF_MATCHES = 0.02  # of the blocked pairs, where EM starts
FIRST_SHARE_OF_KIN = 0.05
STRANGER_PAIRS = 3000.0  # weight of what is known of strangers in general, in comparable pairs
GRADED_LEVELS = 3  # a comparison with fewer (gender, job title) tells nothing of strangers in general
AGREEING_BY_CHANCE = 1e-4
ALIKE_BY_CHANCE = 1e-3
LEAST_SHARE_OF_KIN = 0.001  # of the blocked pairs: relatives are everywhere, also where too few to be seen
FLOOR = 1e-7  # no level is impossible
MOST_ITERATIONS = 60
CONVERGED = 1e-4  # largest change of any m


@dataclass(frozen=True, slots=True)
class Population:
    """All pairs: how many, how many are comparable at each comparison, and their level shares."""

    pairs: float
    compared: tuple[float, ...]
    shares: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Estimates:
    """What EM learned. `m[c][l]` and `u[c][l]` by comparison and level number (0 is the worst)."""

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    matches: float
    kin: dict[str, float]
    pairs: float
    iterations: int
    posterior: Floats  # match probability of each blocked pair of the input
    matched: tuple[Floats, ...] = ()  # expected matching pairs by comparison and level
    is_believed: bool = False  # one comparison was taken at its word: nothing corroborates the matches

    @property
    def prior_weight(self) -> float:
        """Return the log2 odds that two random records match."""
        return float(np.log2(self.matches / max(self.pairs - self.matches, 1.0)))


def _strangers_elsewhere(comparison: Comparison) -> Floats:
    """Return how strangers fall into the levels in the world at large, for where few pairs tell."""
    count = len(comparison.levels)
    if count < GRADED_LEVELS:
        return np.full(count, 1.0 / count)
    usual = np.full(count, ALIKE_BY_CHANCE)
    usual[-1] = AGREEING_BY_CHANCE
    usual[0] = 1.0 - usual[1:].sum()
    return usual


def level_shares(vectors: Vectors, comparisons: Sequence[Comparison]) -> tuple[Floats, ...]:
    """Return the share of each level among comparable pairs, leaning on the world where they are few."""
    shares = []
    for c, comparison in enumerate(comparisons):
        counts = expected_levels(vectors, vectors.weights, comparison=c, size=len(comparison.levels))
        usual = _strangers_elsewhere(comparison)
        weight = STRANGER_PAIRS if len(usual) >= GRADED_LEVELS else 1.0
        shares.append((counts + weight * usual + 1e-3) / (counts.sum() + weight + 1e-3 * len(counts)))
    return tuple(shares)


def prior_m(comparison: Comparison) -> Floats:
    """Return the prior m by level number; levels left out give their share to the others."""
    m = np.array([level.prior_m for level in reversed(comparison.levels)])
    return np.asarray(m / m.sum())


def _shares_any(comparison: Comparison, kin: str) -> bool:
    return kin in comparison.shared_by or any(kin in level.shared_by for level in comparison.levels)


def _kin_levels(comparison: Comparison, m: Floats, u: Floats, *, kin: str) -> Floats:
    """Return how kin fall into the levels: as matches where they share, as strangers elsewhere."""
    if kin in comparison.shared_by:
        return m
    shared = np.array([kin in level.shared_by for level in reversed(comparison.levels)])
    if not shared.any():
        return u
    among = np.where(shared, m, 0.0)
    return np.asarray((1 - KIN_AS_STRANGERS) * among / among.sum() + KIN_AS_STRANGERS * u)


def _kinships(comparisons: Sequence[Comparison], known: Sequence[str]) -> tuple[str, ...]:
    """Return the kinships that these comparisons can tell from matches and from strangers."""
    return tuple(
        kin
        for kin in known
        if any(_shares_any(c, kin) for c in comparisons) and not all(kin in c.shared_by for c in comparisons)
    )


def _class_weights(vectors: Vectors, levels: Sequence[Floats], u: Sequence[Floats]) -> Floats:
    """Return log2 of how much likelier the levels of each pair are in a class than among strangers."""
    total = np.zeros(len(vectors.levels))
    for c, (of_class, of_strangers) in enumerate(zip(levels, u, strict=True)):
        weight = np.log2(np.maximum(of_class, FLOOR) / of_strangers)[vectors.levels[:, c]]
        total += np.where(vectors.levels[:, c] >= 0, weight, 0.0)
    return total


def _posteriors(odds: Sequence[Floats]) -> Floats:
    """Return the probability of each class (columns) for each pair, strangers last."""
    scores = np.clip(np.stack([*odds, np.zeros(len(odds[0]))], axis=1), -200, 200)
    likelihood = np.exp2(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(likelihood / likelihood.sum(axis=1, keepdims=True))


def _stranger_levels(shares: Floats, matched: Floats, *, compared: float) -> Floats:
    """Return u: the level shares of all pairs less the matches among them."""
    everyone = shares * max(compared, 1.0)
    rest = np.maximum(everyone - matched, everyone * PUREST_AGREEMENT)
    return np.asarray(np.clip(rest / rest.sum(), FLOOR, 1.0))


@dataclass(slots=True)
class _State:
    m: list[Floats]
    u: list[Floats]
    counts: Floats  # matches, then each kinship
    believed: int | None = None  # comparison of which u is given


def _expect(
    state: _State,
    vectors: Vectors,
    comparisons: Sequence[Comparison],
    *,
    kinships: Sequence[str],
    pairs: float,
) -> Floats:
    prior = np.log2(state.counts / pairs)
    odds = [prior[0] + _class_weights(vectors, state.m, state.u) + vectors.rarity.sum(axis=1)]
    for k, kin in enumerate(kinships):
        levels = [
            _kin_levels(c, m, u, kin=kin) for c, m, u in zip(comparisons, state.m, state.u, strict=True)
        ]
        # No rarity: what n parties share ties n squared pairs of kin, as it does of strangers.
        odds.append(prior[1 + k] + _class_weights(vectors, levels, state.u))
    return _posteriors(odds)


def _maximise(
    state: _State, vectors: Vectors, expected: Floats, *, priors: Sequence[Floats], population: Population
) -> float:
    moved = 0.0
    for c, prior in enumerate(priors):
        matched = expected_levels(vectors, expected[:, 0], comparison=c, size=len(prior))
        new = (matched + PRIOR_PAIRS * prior) / (matched.sum() + PRIOR_PAIRS)
        new = np.maximum(new, LEAST_AGREEMENT * prior)
        new[0] = max(new[0], LEAST_DISAGREEMENT * prior[0])
        moved = max(moved, float(np.abs(new - state.m[c]).max()))
        state.m[c] = new
        if c != state.believed:
            state.u[c] = _stranger_levels(population.shares[c], matched, compared=population.compared[c])
    return moved


def _first_state(
    vectors: Vectors,
    priors: Sequence[Floats],
    population: Population,
    *,
    kinships: int,
    believed: int | None,
) -> _State:
    """Return where EM starts; a comparison that is believed agrees next to never by chance."""
    blocked = float(vectors.weights.sum())
    matches = FIRST_SHARE_OF_MATCHES * blocked
    u = [np.clip(shares, FLOOR, 1.0) for shares in population.shares]
    if believed is not None:
        best = len(priors[believed]) - 1
        matches = float(vectors.weights[vectors.levels[:, believed] == best].sum() / priors[believed][best])
        u[believed][best] *= PUREST_AGREEMENT
        u[believed] = np.clip(u[believed] / u[believed].sum(), FLOOR, 1.0)
    counts = [max(matches, 1.0)] + [max(FIRST_SHARE_OF_KIN * blocked, 1.0)] * kinships
    return _State(list(priors), u, np.array(counts), believed)


def _as_rare_as_usual(vectors: Vectors, comparison: int, *, best: int) -> Vectors:
    """Return the vectors with rarity measured from that of the pairs that agree, not from chance.

    Among few records a value that two of them share looks common for that alone.
    """
    agreeing = vectors.levels[:, comparison] == best
    if not agreeing.any():
        return vectors
    rarity = vectors.rarity.copy()
    rarity[agreeing, comparison] -= np.average(
        rarity[agreeing, comparison], weights=vectors.weights[agreeing]
    )
    return replace(vectors, rarity=rarity)


def expectation_maximisation(
    vectors: Vectors,
    comparisons: Sequence[Comparison],
    *,
    population: Population,
    kinships: Sequence[str] = (),
    unmet: Vectors | None = None,
    believed: int | None = None,
) -> Estimates:
    """Return m, u and the number of matches that explain the blocked pairs best.

    `unmet` are pairs that blocking does not meet and that share what relatives share: without them the
    relatives among the blocked pairs, which were met because they look alike, would pass for all there are.
    `believed` is a comparison that hardly agrees by chance. Where there is hardly another field, nothing
    tells matches from chance, and EM, which starts from agreement as chance, ends with no match at all.
    """
    kinships = _kinships(comparisons, kinships)
    priors = [prior_m(c) for c in comparisons]
    blocked, met = float(vectors.weights.sum()), len(vectors.weights)
    state = _first_state(vectors, priors, population, kinships=len(kinships), believed=believed)
    if believed is not None:
        vectors = _as_rare_as_usual(vectors, believed, best=len(priors[believed]) - 1)
    if unmet is not None:
        vectors = vectors.beside(unmet)
    least = np.array([1.0] + [max(LEAST_SHARE_OF_KIN * blocked, 1.0)] * len(kinships))
    iteration, moved = 0, 1.0
    while moved >= CONVERGED and iteration < MOST_ITERATIONS:
        iteration += 1
        posterior = _expect(state, vectors, comparisons, kinships=kinships, pairs=population.pairs)
        expected = posterior * vectors.weights[:, None]
        state.counts = np.maximum(expected[:, :-1].sum(axis=0), least)
        moved = _maximise(state, vectors, expected, priors=priors, population=population)
    kin = {name: float(n) for name, n in zip(kinships, state.counts[1:], strict=True)}
    sizes = [len(prior) for prior in priors]
    matched = tuple(
        expected_levels(vectors, expected[:, 0], comparison=c, size=n) for c, n in enumerate(sizes)
    )
    return Estimates(
        tuple(state.m),
        tuple(state.u),
        float(state.counts[0]),
        kin,
        population.pairs,
        iteration,
        posterior[:met, 0],
        matched,
        believed is not None,
    )
