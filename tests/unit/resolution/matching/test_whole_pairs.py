"""A sample of whole pairs tells what all pairs would tell."""

from collections.abc import Callable
from dataclasses import replace

import duckdb
import numpy as np
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import engine, preparing, whole_pairs
from resolution.matching.additive import AdditiveWeights
from resolution.matching.outcomes import outcomes
from resolution.matching.whole_pairs import Blocked, WholePairs, all_pairs, sample_whole_pairs

Row = dict[str, object]


@pytest.fixture
def blocked(
    connection: duckdb.DuckDBPyConnection, load_parties: Callable[..., None], people: Callable[..., list[Row]]
) -> Blocked:
    """Return the blocked pairs of people, with table `levels` of all of them."""
    load_parties(connection, people(120))
    prepared = preparing.prepare(connection, PartyType.PERSON)
    assert prepared is not None
    engine.block_pairs(connection, prepared.table, model=prepared.draft, target="pairs")
    engine.score_pairs(connection, prepared.table, pairs="pairs", model=prepared.draft, target="levels")
    draft = replace(prepared.draft, status="fitted")
    return Blocked(prepared.table, "pairs", draft, prepared.comparisons, prepared.party_type)


def _weights(blocked: Blocked) -> AdditiveWeights:
    levels = tuple(np.linspace(-4, 5, len(c.levels)) for c in blocked.comparisons)
    return AdditiveWeights(levels, np.zeros(len(levels)), -8.0)


def _told(pairs: WholePairs, weights: AdditiveWeights) -> dict[tuple[int, int], bool]:
    joined = outcomes(pairs, weights.score(pairs.vectors))
    rows = zip(pairs.left.tolist(), pairs.right.tolist(), joined.tolist(), pairs.told.tolist(), strict=True)
    return {(left, right): is_joined for left, right, is_joined, is_told in rows if is_told}


def test_pairs_of_a_sample_end_as_they_do_among_all(
    connection: duckdb.DuckDBPyConnection, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = _weights(blocked)
    everything = all_pairs(connection, blocked, scored="levels")
    monkeypatch.setattr(whole_pairs, "FIRST_PAIRS", len(everything.left) // 4)

    sample = sample_whole_pairs(connection, blocked, weights=weights)

    among_all, told = _told(everything, weights), _told(sample, weights)
    assert 0 < len(told) < len(among_all)
    assert any(told.values())
    assert told == {pair: among_all[pair] for pair in told}


def test_a_sample_stands_for_all_pairs(
    connection: duckdb.DuckDBPyConnection, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = all_pairs(connection, blocked, scored="levels")
    monkeypatch.setattr(whole_pairs, "FIRST_PAIRS", len(everything.left) // 4)

    sample = sample_whole_pairs(connection, blocked, weights=_weights(blocked))

    assert float(sample.vectors.weights.sum()) == pytest.approx(len(everything.left))
    assert len(set(zip(sample.left.tolist(), sample.right.tolist(), strict=True))) == len(sample.left)


def test_a_pair_that_reaches_out_of_a_sample_is_not_told(
    connection: duckdb.DuckDBPyConnection, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = all_pairs(connection, blocked, scored="levels")
    monkeypatch.setattr(whole_pairs, "FIRST_PAIRS", len(everything.left) // 4)
    monkeypatch.setattr(whole_pairs, "STEPS", 1)
    joins_all = replace(_weights(blocked), prior=40.0)

    sample = sample_whole_pairs(connection, blocked, weights=joins_all)

    assert 0 < int(sample.told.sum()) < len(sample.told)


def test_the_same_sample_is_taken_every_time(
    connection: duckdb.DuckDBPyConnection, blocked: Blocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_pairs, "FIRST_PAIRS", 40)
    first, second = (sample_whole_pairs(connection, blocked, weights=_weights(blocked)) for _ in range(2))

    assert first.left.tolist() == second.left.tolist()
    assert first.right.tolist() == second.right.tolist()
    assert first.vectors.weights.tolist() == second.vectors.weights.tolist()
