from itertools import pairwise
from math import prod

import duckdb
import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.explain_paths import strongest_path

Links = list[tuple[str, str, float, str]]  # left, right, probability, method


def cluster_of(links: Links, *, members: str = "abcdef") -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table membership as select unnest(?) as record_id, 'g' as golden_id", [list(members)]
    )
    connection.execute(
        "create table links (record_id_l varchar, record_id_r varchar, match_probability double,"
        " match_weight double, method varchar, rule varchar, band varchar, veto varchar)"
    )
    for left, right, probability, method in links:
        row = [*sorted((left, right)), probability, 1.0, method, "name", "match", None]
        connection.execute("insert into links values (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return connection


def test_a_strong_detour_beats_a_weak_direct_link() -> None:
    links = [
        ("a", "c", 0.5, "probabilistic"),
        ("a", "b", 0.95, "probabilistic"),
        ("b", "c", 0.95, "probabilistic"),
    ]

    path = strongest_path(cluster_of(links), "g", start="a", end="c")

    assert [(step.start, step.end) for step in path] == [("a", "b"), ("b", "c")]


def test_a_link_by_rule_counts_as_certain_whatever_its_score() -> None:
    links = [
        ("a", "b", 0.1, "deterministic"),
        ("a", "c", 0.99, "probabilistic"),
        ("b", "c", 0.99, "probabilistic"),
    ]

    path = strongest_path(cluster_of(links), "g", start="a", end="b")

    assert [step.method for step in path] == ["deterministic"]


def test_of_equally_strong_paths_the_shorter_is_told() -> None:
    links = [(pair[0], pair[1], 1.0, "probabilistic") for pair in ("ab", "bc", "cd", "ad")]

    assert len(strongest_path(cluster_of(links), "g", start="a", end="d")) == 1


def test_without_links_there_is_no_path() -> None:
    assert strongest_path(cluster_of([]), "g", start="a", end="b") == ()


def test_links_of_other_clusters_are_no_way() -> None:
    links = [("a", "x", 0.9, "probabilistic"), ("b", "x", 0.9, "probabilistic")]

    assert strongest_path(cluster_of(links), "g", start="a", end="b") == ()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(
            lambda pair: pair[0] < pair[1]
        ),
        st.sampled_from([0.5, 0.7, 0.9, 0.99]),
        min_size=1,
        max_size=12,
    )
)
def test_the_path_is_as_strong_as_the_best_of_all_simple_paths(links: dict[tuple[str, str], float]) -> None:
    graph = nx.Graph()
    graph.add_nodes_from("abcdef")
    graph.add_weighted_edges_from((a, b, p) for (a, b), p in links.items())
    all_paths = [*nx.all_simple_paths(graph, "a", "f")]
    strengths = [prod(graph[x][y]["weight"] for x, y in pairwise(p)) for p in all_paths]

    found = strongest_path(
        cluster_of([(a, b, p, "probabilistic") for (a, b), p in links.items()]), "g", start="a", end="f"
    )

    assert bool(found) == bool(strengths)
    if found:
        assert prod(step.probability for step in found) == pytest.approx(max(strengths), rel=0.01)
