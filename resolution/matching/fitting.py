"""From the blocked pairs of one party type to its model, without labels: the order of the steps.

draft (`resolution.matching.preparing`) and blocked pairs -> EM -> additive weights -> what clustering tells
of them -> thresholds. Everything learned is returned as one value.
"""

from dataclasses import replace
from functools import partial

import duckdb
import numpy as np

from resolution.domain.attributes import PartyType
from resolution.matching import engine, sampling
from resolution.matching.additive import AdditiveWeights, fit_additive, starting_weights
from resolution.matching.calibration import Thresholds, choose_thresholds
from resolution.matching.comparisons import MISSING
from resolution.matching.learning import Decisions, learn_from_decisions
from resolution.matching.model import (
    PartyModel,
    TrainedComparison,
    TrainedLevel,
)
from resolution.matching.outcomes import learn_from_outcomes
from resolution.matching.preparing import Prepared
from resolution.matching.relatives import unmet_kin
from resolution.matching.rules import vetoes_in_force
from resolution.matching.training import Estimates, Population, expectation_maximisation, level_shares
from resolution.matching.vectors import Vectors
from resolution.matching.whole_pairs import Blocked, all_pairs, sample_whole_pairs

FEWEST_MATCHES = 3.0  # expected matches below which nothing was learned: then only rules link
FEWEST_MATCHES_TO_TELL = 30.0  # below it, no precision or recall is stated
NAME_OF_ITS_OWN = "org_name"  # a comparison that can do alone: firms choose names that nobody else has


def _population(connection: duckdb.DuckDBPyConnection, prepared: Prepared, *, scored: str) -> Population:
    vectors = sampling.vectors_of(connection, scored, comparisons=prepared.comparisons)
    pairs = prepared.records * (prepared.records - 1) / 2
    shares = list(level_shares(vectors, prepared.comparisons))
    for c, comparison in enumerate(prepared.comparisons):
        column = comparison.levels[0].tf_column
        if column:  # the chance of the best level is known exactly from the value counts
            agreement = max(prepared.draft.term_frequencies[column].agreement, 1e-9)
            others = shares[c][:-1] / shares[c][:-1].sum()
            shares[c] = np.append(others * (1 - agreement), agreement)
    compared = tuple(
        float(pairs * (vectors.levels[:, c] >= 0).mean()) for c in range(len(prepared.comparisons))
    )
    return Population(pairs, compared, tuple(shares))


def _unmet_kin(connection: duckdb.DuckDBPyConnection, prepared: Prepared) -> Vectors | None:
    found = unmet_kin(connection, prepared.table, draft=prepared.draft, comparisons=prepared.comparisons)
    return _with_names(found, prepared).distinct()[0] if found else None


def _with_names(vectors: Vectors, prepared: Prepared) -> Vectors:
    """Return the vectors with nameless organisations (shared mailboxes) taken out of training.

    They agree on a mail domain and have nothing else to compare, and are many enough to pass for a
    kinship of their own.
    """
    names = [c.name for c in prepared.comparisons]
    if prepared.party_type is not PartyType.ORGANIZATION or "org_name" not in names:
        return vectors
    named = vectors.levels[:, names.index("org_name")] != MISSING
    return replace(vectors, weights=np.where(named, vectors.weights, 0.0)) if named.any() else vectors


def trained_comparisons(
    draft: PartyModel, estimates: Estimates, weights: AdditiveWeights
) -> tuple[TrainedComparison, ...]:
    """Return the draft's comparisons with m, u and weights filled in."""
    trained = []
    for c, comparison in enumerate(draft.comparisons):
        levels = tuple(
            level
            if level.level == MISSING
            else TrainedLevel(
                level=level.level,
                label=level.label,
                sql=level.sql,
                m=float(estimates.m[c][level.level]),
                u=float(estimates.u[c][level.level]),
                weight=float(weights.levels[c][level.level]),
                tf_column=level.tf_column,
                tf_weight=float(weights.rarity[c]) if level.tf_column else 0.0,
                tf_reference=level.tf_reference,
            )
            for level in comparison.levels
        )
        trained.append(replace(comparison, levels=levels))
    return tuple(trained)


def fit_party_model(
    connection: duckdb.DuckDBPyConnection,
    prepared: Prepared,
    *,
    pairs: str,
    decisions: Decisions | None = None,
    precision: float | None = None,
) -> PartyModel:
    """Return the trained model of one party type; `pairs` is the table of its blocked pairs."""
    table, draft = prepared.table, prepared.draft
    if not prepared.comparisons or sampling.count(connection, pairs) == 0:
        return _rules_only(draft, "no two records share a blocking value, so nothing could be learned")
    weight = sampling.sample_pairs(connection, pairs, target="training_pairs")
    engine.score_pairs(connection, table, pairs="training_pairs", model=draft, target="training_levels")
    sampling.random_pairs(connection, table, target="random_pairs")
    engine.score_pairs(connection, table, pairs="random_pairs", model=draft, target="random_levels")
    population = _population(connection, prepared, scored="random_levels")
    vectors = sampling.vectors_of(
        connection, "training_levels", comparisons=prepared.comparisons, weight=weight
    )
    vectors, _ = _with_names(vectors, prepared).distinct()
    estimates = _estimate(vectors, prepared, population=population, unmet=_unmet_kin(connection, prepared))
    weights = fit_additive(vectors, estimates.posterior, start=starting_weights(estimates))
    if estimates.matches >= FEWEST_MATCHES:
        weights = _with_outcomes(connection, prepared, pairs=pairs, estimates=estimates, weights=weights)
    learned = 0
    if decisions is not None:
        weights, learned = learn_from_decisions(
            connection,
            decisions,
            table=table,
            comparisons=prepared.comparisons,
            draft=draft,
            weights=weights,
        )
    thresholds = choose_thresholds(vectors, weights.score(vectors), precision=precision)
    return _fitted(prepared, estimates, weights, thresholds=thresholds, decisions=learned)


def _estimate(
    vectors: Vectors, prepared: Prepared, *, population: Population, unmet: Vectors | None
) -> Estimates:
    """Return what EM learns; of organisations of which little but names is known, from names alone."""
    learn = partial(
        expectation_maximisation,
        vectors,
        prepared.comparisons,
        population=population,
        kinships=prepared.kinships,
        unmet=unmet,
    )
    estimates = learn()
    names = [c.name for c in prepared.comparisons]
    if estimates.matches >= FEWEST_MATCHES or NAME_OF_ITS_OWN not in names:
        return estimates
    believing = learn(believed=names.index(NAME_OF_ITS_OWN))
    return believing if believing.matches >= FEWEST_MATCHES else estimates


def _with_outcomes(
    connection: duckdb.DuckDBPyConnection,
    prepared: Prepared,
    *,
    pairs: str,
    estimates: Estimates,
    weights: AdditiveWeights,
) -> AdditiveWeights:
    """Return the weights after what clustering tells of whole pairs."""
    draft = replace(prepared.draft, status="fitted", vetoes=_vetoes(prepared, estimates))
    blocked = Blocked(prepared.table, pairs, draft, prepared.comparisons, prepared.party_type)
    if sampling.count(connection, pairs) == sampling.count(connection, "training_pairs"):
        whole = all_pairs(connection, blocked, scored="training_levels")
    else:
        whole = sample_whole_pairs(connection, blocked, weights=weights)
    return learn_from_outcomes(replace(whole, vectors=_with_names(whole.vectors, prepared)), weights)


def _vetoes(prepared: Prepared, estimates: Estimates) -> tuple[str, ...]:
    names = [c.name for c in prepared.comparisons]
    matched = {name: levels.tolist() for name, levels in zip(names, estimates.matched, strict=True)}
    return vetoes_in_force(prepared.party_type, matched)


def _rules_only(draft: PartyModel, reason: str) -> PartyModel:
    return replace(draft, status="rules_only", status_reason=reason)


def _fitted(
    prepared: Prepared,
    estimates: Estimates,
    weights: AdditiveWeights,
    *,
    thresholds: Thresholds,
    decisions: int,
) -> PartyModel:
    draft = prepared.draft
    enough = estimates.matches >= FEWEST_MATCHES or decisions > 0
    told = enough and not estimates.is_believed and estimates.matches >= FEWEST_MATCHES_TO_TELL
    return PartyModel(
        status="fitted" if enough else "rules_only",
        status_reason=_status_reason(estimates, enough=enough),
        prior_weight=weights.prior,
        comparisons=trained_comparisons(draft, estimates, weights),
        blocking_rules=draft.blocking_rules,
        term_frequencies=draft.term_frequencies,
        word_weights=draft.word_weights,
        default_word_weight=draft.default_word_weight,
        calibration=thresholds.calibration,
        match_threshold=thresholds.match,
        review_threshold=thresholds.review,
        expected_precision=thresholds.precision if told else None,
        expected_recall=thresholds.recall if told else None,
        vetoes=_vetoes(prepared, estimates),
    )


def _status_reason(estimates: Estimates, *, enough: bool) -> str:
    if not enough:
        return (
            f"only {estimates.matches:.0f} matching pairs are expected, too few to learn from;"
            " links come from rules on identifiers and exact agreement"
        )
    if estimates.is_believed:
        return (
            f"{estimates.matches:.0f} matching pairs expected, from names alone: too little else is known"
            " to tell how many are right"
        )
    kin = ", ".join(f"{n:.0f} of {name}" for name, n in estimates.kin.items() if n >= 2)
    related = f"; pairs of related but different parties: {kin}" if kin else ""
    return (
        f"{estimates.matches:.0f} matching pairs expected after {estimates.iterations} rounds of EM{related}"
    )
