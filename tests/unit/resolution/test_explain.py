import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resolution.cluster_evidence import NAME, stated_links_sql, terms_of
from resolution.domain.clustering import ClusterEvidence
from resolution.domain.errors import RunNotFound
from resolution.explain import (
    PairExplanation,
    explain_pair,
    open_run,
    probability_of,
    stated,
    weight_of,
)

Run = tuple[duckdb.DuckDBPyConnection, dict[str, Any]]

APART = """
select a.record_id, b.record_id from party_records a join party_records b
    on a.record_id < b.record_id and a.party_type = b.party_type
anti join links l on l.record_id_l = a.record_id and l.record_id_r = b.record_id
order by 1, 2 limit 1
"""
PERSON_AND_ORGANIZATION = """
select min(record_id) filter (party_type = 'person'), min(record_id) filter (party_type = 'organization')
from party_records
"""


@pytest.fixture
def run(synthetic_run: Path) -> Iterator[Run]:
    with open_run(synthetic_run) as opened:
        yield opened


def pair_where(run: Run, condition: str) -> tuple[str, str]:
    links = run[0].query("from links").filter(condition).order("record_id_l, record_id_r").limit(1)
    (row,) = links.project("record_id_l, record_id_r").fetchall()
    return row[0], row[1]


def explained(run: Run, pair: tuple[str, str], **options: Any) -> PairExplanation:
    return explain_pair(*run, pair=pair, **options)


def test_prior_and_parts_of_every_link_add_up_to_its_match_weight(run: Run) -> None:
    links = run[0].execute("select record_id_l, record_id_r from links order by all limit 40").fetchall()

    for pair in links:
        score = explained(run, pair).score
        assert score is not None
        assert score.prior + sum(part.weight for part in score.parts) == pytest.approx(score.match_weight)
        assert all(part.base + part.rarity == pytest.approx(part.weight) for part in score.parts)
        assert probability_of(score.match_weight) == pytest.approx(score.probability)


def test_the_rarity_of_a_value_stands_apart_where_the_level_has_term_frequencies(run: Run) -> None:
    pair = pair_where(run, "party_type = 'person' and level_family_name = 2 and weight_family_name > 7")

    score = explained(run, pair).score

    assert score is not None
    parts = {part.name: part for part in score.parts}
    assert parts["family_name"].rarity > 0
    assert parts["phone"].rarity == 0


def test_the_order_in_which_the_records_are_named_does_not_change_the_score(run: Run) -> None:
    left, right = pair_where(run, "band = 'review'")

    one, other = explained(run, (left, right)), explained(run, (right, left))

    assert (one.left, one.right) == (other.right, other.left)
    assert one.score is not None
    assert other.score is not None
    assert one.score.match_weight == other.score.match_weight


def test_a_linked_pair_is_one_party_and_its_path_joins_the_two(run: Run) -> None:
    left, right = pair_where(run, "band = 'match'")

    explanation = explained(run, (left, right))

    assert explanation.is_one_party
    assert (explanation.path[0].start, explanation.path[-1].end) == (left, right)


def test_a_pair_that_no_rule_met_has_no_score(run: Run) -> None:
    left, right = run[0].execute(APART).fetchall()[0]

    explanation = explained(run, (left, right))

    assert explanation.score is None
    assert explanation.flips == ()


def test_a_pair_that_no_rule_met_is_scored_when_a_scorer_is_given(run: Run) -> None:
    left, right = run[0].execute(APART).fetchall()[0]
    asked = []

    def score_pair(record_id_l: str, record_id_r: str) -> Mapping[str, Any]:
        asked.append((record_id_l, record_id_r))
        return {
            "match_weight": -4.0, "match_probability": probability_of(-4.0), "method": "probabilistic",
            "band": "no_match", "level_phone": 0, "weight_phone": -1.5,
        }  # fmt: skip

    score = explained(run, (right, left), score_pair=score_pair).score

    assert asked == [(left, right)]
    assert score is not None
    assert not score.is_in_run
    assert [part.name for part in score.parts] == ["phone"]


def test_a_person_and_an_organisation_are_never_scored(run: Run) -> None:
    (pair,) = run[0].execute(PERSON_AND_ORGANIZATION).fetchall()

    def score_pair(*_: str) -> None:
        pytest.fail("asked for the score of a person and an organisation")

    assert explained(run, pair, score_pair=score_pair).score is None


def test_decisions_of_the_run_are_told() -> None:
    connection = duckdb.connect()
    connection.execute(
        "create table links (record_id_l varchar, record_id_r varchar, match_probability double,"
        " match_weight double, method varchar, rule varchar, band varchar, veto varchar)"
    )
    connection.execute(
        "create table party_records as select unnest(['a:party:1', 'a:party:2']) as record_id,"
        " 'a' as source, 'person' as party_type, '1' as source_id"
    )
    connection.execute(
        "create table claims (record_id varchar, attribute varchar, value varchar, position int)"
    )
    connection.execute("create table membership as select record_id, 'g' as golden_id from party_records")
    connection.execute(
        "create table decisions as select 'a:party:1' as record_id_l, 'a:party:2' as record_id_r,"
        " 'match' as decision"
    )

    explanation = explain_pair(connection, {"parties": {}}, pair=("a:party:2", "a:party:1"))

    assert explanation.decisions == ("match",)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({}))

    with pytest.raises(RunNotFound, match="holds no complete run"), open_run(tmp_path):
        pass


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("a\n b\t", "a b", id="white-space"),
        pytest.param("a\u202eb\x07", "a\ufffdb\ufffd", id="hidden-characters"),
        pytest.param(["x", "y"], "x, y", id="list"),
        pytest.param("z" * 99, "z" * 59 + "…", id="too-long"),
    ],
)
def test_a_value_is_stated_on_one_safe_line(value: object, expected: str) -> None:
    assert stated(value) == expected


@pytest.mark.parametrize("probability", [0.001, 0.5, 0.97])
def test_weight_and_probability_are_two_ways_to_say_one_thing(probability: float) -> None:
    assert probability_of(weight_of(probability)) == pytest.approx(probability)


def test_extreme_weights_have_a_probability() -> None:
    assert probability_of(-1e6) == pytest.approx(0)
    assert probability_of(1e6) == 1


def test_what_clustering_says_is_the_last_part_and_bands_go_by_the_weight_before_it(run: Run) -> None:
    connection, model = run
    knowing = model | {"cluster_evidence": asdict(ClusterEvidence())}
    stated = stated_links_sql(terms_of(knowing))
    links = connection.execute(
        "select record_id_l, record_id_r, k.match_weight, s.match_weight"
        f" from links k join ({stated}) s using (record_id_l, record_id_r)"
        " where weight_cluster is not null order by all limit 20"
    ).fetchall()

    assert links
    for left, right, weight, with_cluster in links:
        told = explain_pair(connection, knowing, pair=(left, right))
        alone = explain_pair(connection, model, pair=(left, right))
        score = told.score
        assert score is not None
        assert alone.score is not None
        assert score.parts[-1].name == NAME
        assert score.prior + sum(part.weight for part in score.parts) == pytest.approx(score.match_weight)
        assert score.match_weight == pytest.approx(with_cluster)
        assert score.probability == pytest.approx(probability_of(score.match_weight))
        assert score.pair_weight == pytest.approx(weight)
        assert score.pair_probability == pytest.approx(alone.score.probability)
        assert [f.sentence(is_match=True) for f in told.flips] == [
            f.sentence(is_match=True) for f in alone.flips
        ]
