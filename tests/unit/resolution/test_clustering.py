"""Clusters against networkx and against what they must never do, on random graphs."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.clustering import NO_SOURCE, Constraints, Links, cluster, components
from resolution.domain.clustering import Bridge

PERMISSIVE = Bridge(least_mean=-1000.0)
STRICT = Bridge(least_mean=1.0, unscored=-4.0, most=8.0)
RECORDS = 12
PAIRS = [(a, b) for b in range(RECORDS) for a in range(b)]
GRAPHS = st.dictionaries(st.sampled_from(PAIRS), st.integers(-9, 12), max_size=30)
SOME_PAIRS = st.lists(st.sampled_from(PAIRS), max_size=6)
TRUTHS = st.lists(st.integers(0, 3), min_size=RECORDS, max_size=RECORDS)
SOURCES = st.lists(st.integers(NO_SOURCE, 2), min_size=RECORDS, max_size=RECORDS)
quick = settings(derandomize=True, max_examples=150, deadline=None)
Graph = dict[tuple[int, int], int]


def links_of(graph: Graph, *, threshold: float = 0.0) -> Links:
    pairs = sorted(graph)
    weight = np.array([graph[pair] for pair in pairs], dtype=np.float64)
    left = np.array([a for a, _ in pairs], dtype=np.int64)
    right = np.array([b for _, b in pairs], dtype=np.int64)
    return Links(left, right, weight, weight >= threshold)


def clusters_of(
    graph: Graph, constraints: Constraints | None = None, bridge: Bridge = STRICT, *, records: int = RECORDS
) -> set[frozenset[int]]:
    numbers = cluster(records, links_of(graph), constraints=constraints or Constraints(), bridge=bridge)
    found = {frozenset(np.flatnonzero(numbers == n).tolist()) for n in set(numbers.tolist())}
    assert all(min(members) == numbers[min(members)] for members in found)
    return found


def decisions_of(truth: Sequence[int], pairs: Sequence[tuple[int, int]]) -> Constraints:
    """Return decisions that agree with a truth, so that they cannot contradict each other."""
    return Constraints(
        must=[(a, b) for a, b in pairs if truth[a] == truth[b]],
        cannot=[(a, b) for a, b in pairs if truth[a] != truth[b]],
    )


@quick
@given(graph=GRAPHS, must=SOME_PAIRS)
def test_without_constraints_and_with_every_bridge_borne_clusters_are_connected_components(
    graph: Graph, must: list[tuple[int, int]]
) -> None:
    known = nx.Graph([*(pair for pair, weight in graph.items() if weight >= 0), *must])
    known.add_nodes_from(range(RECORDS))
    expected = {frozenset(members) for members in nx.connected_components(known)}

    assert clusters_of(graph, Constraints(must=must), PERMISSIVE) == expected
    numbers = components(RECORDS, links_of(graph), must=must)
    assert {frozenset(np.flatnonzero(numbers == n).tolist()) for n in numbers} == expected


@quick
@given(
    graph=GRAPHS,
    truth=TRUTHS,
    pairs=SOME_PAIRS,
    sources=SOURCES,
    bridge=st.sampled_from([STRICT, PERMISSIVE]),
)
def test_decisions_are_never_overruled(
    graph: Graph, truth: list[int], pairs: list[tuple[int, int]], sources: list[int], bridge: Bridge
) -> None:
    decided = replace(decisions_of(truth, pairs), clean_source=np.array(sources))

    home = {record: members for members in clusters_of(graph, decided, bridge) for record in members}

    assert all(home[a] == home[b] for a, b in decided.must)
    assert all(home[a] != home[b] for a, b in decided.cannot)


@quick
@given(graph=GRAPHS, sources=SOURCES)
def test_a_clean_source_has_at_most_one_record_in_a_cluster(graph: Graph, sources: list[int]) -> None:
    for members in clusters_of(graph, Constraints(clean_source=np.array(sources)), PERMISSIVE):
        held = [sources[record] for record in members if sources[record] != NO_SOURCE]
        assert len(held) == len(set(held))


@quick
@given(graph=GRAPHS, truth=TRUTHS, pairs=SOME_PAIRS, order=st.randoms(use_true_random=False))
def test_the_order_of_links_and_decisions_does_not_matter(
    graph: Graph, truth: list[int], pairs: list[tuple[int, int]], order: random.Random
) -> None:
    decided, links = decisions_of(truth, pairs), links_of(graph)
    places = list(range(len(graph)))
    order.shuffle(places)
    shuffled = Links(links.left[places], links.right[places], links.weight[places], links.joins[places])
    turned = Constraints(must=decided.must[::-1], cannot=[(b, a) for a, b in decided.cannot[::-1]])

    one = cluster(RECORDS, links, constraints=decided, bridge=STRICT)
    other = cluster(RECORDS, shuffled, constraints=turned, bridge=STRICT)

    assert one.tolist() == other.tolist()


@quick
@given(graph=GRAPHS, truth=TRUTHS, pairs=SOME_PAIRS)
def test_nothing_outside_a_component_matters_to_it(
    graph: Graph, truth: list[int], pairs: list[tuple[int, int]]
) -> None:
    decided = decisions_of(truth, pairs)
    numbers = components(RECORDS, links_of(graph), must=decided.must).tolist()
    alone: set[frozenset[int]] = set()
    for component in set(numbers):
        inside = [record for record in range(RECORDS) if numbers[record] == component]
        place = {record: n for n, record in enumerate(inside)}
        part = {(place[a], place[b]): w for (a, b), w in graph.items() if a in place and b in place}
        own = Constraints(
            must=[(place[a], place[b]) for a, b in decided.must if a in place and b in place],
            cannot=[(place[a], place[b]) for a, b in decided.cannot if a in place and b in place],
        )
        found = clusters_of(part, own, records=len(inside))
        alone |= {frozenset(inside[n] for n in members) for members in found}

    assert clusters_of(graph, decided) == alone


def test_one_weak_bridge_does_not_join_two_firm_groups() -> None:
    firm = {(a, b): 9 for group in ((0, 1, 2), (3, 4, 5)) for a in group for b in group if a < b}

    assert clusters_of({**firm, (2, 3): 3}, records=6) == {frozenset({0, 1, 2}), frozenset({3, 4, 5})}


def test_many_bridges_join_two_groups() -> None:
    firm = {(a, b): 9 for group in ((0, 1, 2), (3, 4, 5)) for a in group for b in group if a < b}
    bridges = {(a, b): 6 for a in (0, 1, 2) for b in (3, 4, 5)} | {(0, 5): -3}

    assert clusters_of(firm | bridges, records=6) == {frozenset(range(6))}


def test_no_single_pair_counts_for_more_than_the_bridge_allows() -> None:
    chain = {(0, 1): 9, (1, 2): 400}

    apart = clusters_of(chain | {(0, 2): -30}, bridge=Bridge(least_mean=1.0, most=8.0), records=3)

    assert apart == {frozenset({0}), frozenset({1, 2})}


def test_a_cannot_link_to_another_component_changes_nothing() -> None:
    weak = {(0, 1): 0, (0, 2): 0, (1, 2): 0}  # complete, so one cluster without a look at the mean

    assert clusters_of(weak, Constraints(cannot=[(0, 3)]), records=4) == {
        frozenset({0, 1, 2}),
        frozenset({3}),
    }


def test_no_records_make_no_clusters() -> None:
    assert len(cluster(0, links_of({}), constraints=Constraints(), bridge=STRICT)) == 0


def test_a_must_link_needs_no_scored_pair() -> None:
    assert clusters_of({}, Constraints(must=[(0, 2)]), records=3) == {frozenset({0, 2}), frozenset({1})}


@pytest.mark.parametrize("shape", ["star", "chain", "pairs"])
def test_the_cost_is_near_linear_in_links(shape: str) -> None:
    size = 20_000
    numbers = np.arange(size, dtype=np.int64)
    left = {"star": np.zeros(size - 1, np.int64), "chain": numbers[:-1], "pairs": numbers[::2]}[shape]
    right = numbers[1::2] if shape == "pairs" else numbers[1:]
    links = Links(left, right, np.linspace(1, 9, len(left)), np.ones(len(left), dtype=bool))
    barred = Constraints(cannot=[(n, n + 2) for n in range(0, 2_000, 2)])

    start = time.process_time()
    cluster(size, links, constraints=barred, bridge=STRICT)

    assert time.process_time() - start < 3.0  # a tenth of it here; quadratic work would take minutes
