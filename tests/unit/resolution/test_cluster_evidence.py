from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import combinations
from statistics import mean

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolution.cluster_evidence import Said, Terms, said_of, stated_links_sql, terms_of
from resolution.domain.clustering import ClusterEvidence

WORTH = ClusterEvidence()
TERMS = Terms(WORTH, ("person",))
MOST, UNSCORED = 8.0, -2.0
Ties = Mapping[tuple[str, str], float]
Row = tuple[str, str, float, str, str | None, str]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def settled(
    connection: duckdb.DuckDBPyConnection, clusters: Mapping[str, str], links: Mapping[tuple[str, str], float]
) -> None:
    """Make the tables of a run: which cluster each record is in, and the weight of each scored pair."""
    rows = [
        (a, b, w, "probabilistic", None, "match" if w >= 0 else "no_match") for (a, b), w in links.items()
    ]
    settled_as(connection, clusters, rows)


def settled_as(
    connection: duckdb.DuckDBPyConnection, clusters: Mapping[str, str], rows: Sequence[Row]
) -> None:
    connection.execute("create or replace table membership (record_id varchar, golden_id varchar)")
    connection.execute(
        "create or replace table links (record_id_l varchar, record_id_r varchar, party_type varchar,"
        " match_weight double, match_probability double, method varchar, veto varchar, band varchar)"
    )
    connection.executemany("insert into membership values (?, ?)", [list(item) for item in clusters.items()])
    connection.executemany(
        "insert into links values (?, ?, 'person', ?, 1 / (1 + pow(2.0, -?)), ?, ?, ?)",
        [[a, b, weight, weight, method, veto, band] for a, b, weight, method, veto, band in rows],
    )


def said(connection: duckdb.DuckDBPyConnection, left: str = "a", right: str = "b") -> Said:
    found = said_of(connection, TERMS, left=left, right=right)
    assert found is not None
    return found


def by_hand(clusters: Mapping[str, str], ties: Ties, left: str, right: str, *, weight: float) -> float:
    """Return the bits of a pair from its definition, one record at a time."""

    def tie(a: str, b: str) -> float:
        return ties.get((min(a, b), max(a, b)), UNSCORED)

    own = [r for r in clusters if clusters[r] == clusters[left] and r not in (left, right)]
    theirs = [r for r in clusters if clusters[r] == clusters[right] and r not in (left, right)]
    means = [mean(tie(left, r) for r in theirs)] if theirs else []
    means += [mean(tie(right, r) for r in own)] if own else []
    clipped = max(-WORTH.decided, min(WORTH.decided, weight))
    if clusters[left] != clusters[right]:
        bits = WORTH.apart + (WORTH.apart_slope - 1) * clipped
        bits += (WORTH.apart_low * min(means) + WORTH.apart_high * max(means)) if means else 0.0
        return bits + (WORTH.apart_refused if weight >= 0 else 0.0)
    bits = WORTH.together + (WORTH.together_slope - 1) * clipped
    if not own:
        return bits + WORTH.together_alone
    third = max(min(tie(left, r), tie(right, r)) for r in own)
    bits += WORTH.together_low * min(means) + WORTH.together_high * max(means)
    bits += WORTH.together_third * max(third, UNSCORED)
    return bits + (WORTH.together_firm_third if third >= MOST else 0.0)


@st.composite
def runs(draw: st.DrawFn) -> tuple[dict[str, str], dict[tuple[str, str], float]]:
    records = [f"r{i}" for i in range(draw(st.integers(2, 7)))]
    clusters = {record: draw(st.sampled_from("xyz")) for record in records}
    weights = st.floats(-12, 12).map(lambda weight: round(weight, 3))
    links = {pair: draw(weights) for pair in combinations(records, 2) if draw(st.booleans())}
    return clusters, links or {("r0", "r1"): draw(weights)}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(runs())
def test_in_sql_it_is_what_the_definition_says(
    run: tuple[dict[str, str], dict[tuple[str, str], float]],
) -> None:
    clusters, links = run
    ties = {pair: max(-MOST, min(MOST, weight)) for pair, weight in links.items()}
    with duckdb.connect() as connection:
        settled(connection, clusters, links)
        stated = connection.execute(
            "select record_id_l, record_id_r, match_weight, match_probability, weight_cluster"
            f" from ({stated_links_sql(TERMS)})"
        ).fetchall()
        one_by_one = {pair: said(connection, *pair).bits for pair in links}

    assert len(stated) == len(links)
    for left, right, weight, probability, bits in stated:
        alone = links[left, right]
        assert bits == pytest.approx(by_hand(clusters, ties, left, right, weight=alone), abs=1e-5)
        assert one_by_one[left, right] == pytest.approx(bits)
        assert weight == pytest.approx(alone + bits)
        assert probability == pytest.approx(1 / (1 + 2**-weight))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(runs(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_links_does_not_matter(
    run: tuple[dict[str, str], dict[tuple[str, str], float]], random: object
) -> None:
    clusters, links = run
    query = f"select record_id_l, record_id_r, weight_cluster from ({stated_links_sql(TERMS)}) order by all"
    shuffled_records, shuffled_links = list(clusters.items()), list(links.items())
    random.shuffle(shuffled_records)  # type: ignore[attr-defined]  # hypothesis types it as an object
    random.shuffle(shuffled_links)  # type: ignore[attr-defined]
    with duckdb.connect() as connection:
        settled(connection, clusters, links)
        first = connection.execute(query).fetchall()
        settled(connection, dict(shuffled_records), dict(shuffled_links))

        assert connection.execute(query).fetchall() == first


def test_a_third_record_that_ties_both_firmly_makes_one_party_likelier(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    clusters = {"a": "x", "b": "x", "c": "x"}
    settled(connection, clusters, {("a", "b"): 0.5, ("a", "c"): 1.0, ("b", "c"): 1.0})
    loosely = said(connection)
    settled(connection, clusters, {("a", "b"): 0.5, ("a", "c"): 12.0, ("b", "c"): 12.0})

    firmly = said(connection)

    assert firmly.bits > loosely.bits + 2
    assert firmly.words == "in one cluster, a third record firmly tied to both"


def test_a_link_that_clustering_refused_counts_less_than_alone(connection: duckdb.DuckDBPyConnection) -> None:
    settled(connection, {"a": "x", "c": "x", "b": "y"}, {("a", "b"): 3.0, ("b", "c"): -6.0})

    refused = said(connection)

    assert refused.bits < -3
    assert refused.words == "kept apart although the link would join them"


def test_two_records_alone_in_a_cluster_have_only_their_link(connection: duckdb.DuckDBPyConnection) -> None:
    settled(connection, {"a": "x", "b": "x"}, {("a", "b"): 1.0})

    assert said(connection).words == "in one cluster, alone"


def test_a_veto_counts_against_a_pair(connection: duckdb.DuckDBPyConnection) -> None:
    clusters = {"a": "x", "b": "y"}
    settled_as(connection, clusters, [("a", "b", -1.0, "probabilistic", None, "review")])
    free = said(connection)
    settled_as(connection, clusters, [("a", "b", -1.0, "probabilistic", "two_tax_ids", "no_match")])

    vetoed = said(connection)

    assert vetoed.bits == pytest.approx(free.bits + WORTH.vetoed)
    assert vetoed.words == "a veto parts them"


@pytest.mark.parametrize("method", ["deterministic", "steward"])
def test_where_a_rule_or_a_steward_decides_clustering_adds_nothing(
    connection: duckdb.DuckDBPyConnection, method: str
) -> None:
    settled_as(connection, {"a": "x", "b": "x"}, [("a", "b", 1.0, method, None, "match")])

    stated = connection.execute(f"select match_weight, weight_cluster from ({stated_links_sql(TERMS)})")

    assert stated.fetchall() == [(1.0, None)]
    assert said_of(connection, TERMS, left="a", right="b") is None


def test_without_terms_links_are_stated_as_they_are(connection: duckdb.DuckDBPyConnection) -> None:
    settled(connection, {"a": "x", "b": "x"}, {("a", "b"): 1.0})

    for terms in (None, Terms(WORTH, ("organization",))):
        stated = connection.execute(f"select match_weight, weight_cluster from ({stated_links_sql(terms)})")
        assert stated.fetchall() == [(1.0, None)]
        assert said_of(connection, terms, left="a", right="b") is None


def test_the_terms_are_those_that_the_model_keeps() -> None:
    parties = {"person": {"status": "fitted"}, "organization": {"status": "rules_only"}}
    kept = replace(WORTH, together=1.5)

    assert terms_of({"parties": parties, "cluster_evidence": asdict(kept)}) == Terms(kept, ("person",))
    assert terms_of({"parties": parties}) is None
    assert terms_of({"parties": {}, "cluster_evidence": asdict(kept)}) is None
