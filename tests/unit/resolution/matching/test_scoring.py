"""Links: band, method, rule and veto of scored pairs, and weights that add up."""

from collections.abc import Callable
from dataclasses import replace

import duckdb
import pytest

from resolution.domain.attributes import PartyType
from resolution.matching import preparing, scoring
from resolution.matching.model import BlockingRule, PartyModel

Row = dict[str, object]
Links = dict[tuple[str, str], Row]
PEOPLE: list[Row] = [
    {"record_id": "a", "given_name": "anna", "family_name": "kron", "email": "anna@acme.com"},
    {"record_id": "b", "given_name": "anna", "family_name": "kron", "email": "anna@acme.com"},
    {"record_id": "c", "given_name": "anna", "family_name": "lind", "identifiers": ["tax:de:X1"]},
    {"record_id": "d", "given_name": "anna", "family_name": "brenner", "identifiers": ["tax:de:X1"]},
    {
        "record_id": "e",
        "given_name": "anna",
        "family_name": "kron",
        "email": "anna@acme.com",
        "identifiers": ["tax:de:X9777"],
    },
    {"record_id": "f", "given_name": "paul", "family_name": "stein"},
]


@pytest.fixture
def score(
    connection: duckdb.DuckDBPyConnection,
    match_input: Callable[..., str],
    whole_draft: Callable[[PartyType], PartyModel],
) -> Callable[..., Links]:
    """Return a function that scores all pairs of PEOPLE: weight 4 for the best level, -4 for the worst."""

    def run(
        least_weight: float | None = scoring.KEPT_WEIGHT, *, prior: float = -4.0, status: str = "fitted"
    ) -> Links:
        draft = whole_draft(PartyType.PERSON)
        comparisons = tuple(
            replace(
                c, levels=tuple(replace(lv, weight=_weight(lv.level, len(c.levels) - 2)) for lv in c.levels)
            )
            for c in draft.comparisons
        )
        model = replace(
            draft,
            status=status,
            prior_weight=prior,
            comparisons=comparisons,
            blocking_rules=(BlockingRule("by_name", "name_key", 9), BlockingRule("by_mail", "email", 9)),
            vetoes=("different_identifiers",),
            match_threshold=0.9,
            review_threshold=0.3,
        )
        table = match_input(connection, PEOPLE)
        preparing.complete_input(connection, table, model=model, target="match_person")
        connection.execute(
            "CREATE OR REPLACE TABLE pairs AS SELECT '1' AS match_key, a.record_id AS join_key_l,"
            " b.record_id AS join_key_r FROM match_person a JOIN match_person b ON a.record_id < b.record_id"
        )
        names = [c.name for c in model.comparisons]
        scoring.create_links(connection, [*names, "org_name"])
        scoring.add_links(
            connection,
            "match_person",
            pairs="pairs",
            party_type=PartyType.PERSON,
            model=model,
            least_weight=least_weight,
        )
        found = connection.execute("FROM links").to_arrow_table().to_pylist()
        return {(str(row["record_id_l"]), str(row["record_id_r"])): row for row in found}

    return run


def _weight(level: int, best: int) -> float:
    return 4.0 if level == best else -4.0 if level == 0 else 0.0


Score = Callable[..., Links]


def test_a_link_says_how_it_was_met_and_what_it_weighs(score: Score) -> None:
    link = score()["a", "b"]

    assert link["method"] == "probabilistic"
    assert link["rule"] == "by_mail"
    assert link["veto"] is None
    assert link["band"] == "match"
    assert link["level_birth_date"] == -1
    assert link["weight_birth_date"] == 0
    assert link["level_org_name"] is None
    assert link["party_type"] == "person"


def test_weights_add_up_to_the_score_and_its_probability(score: Score) -> None:
    links = score(None)

    assert len(links) == 15
    for link in links.values():
        parts = [float(str(v)) for name, v in link.items() if name.startswith("weight_") and v is not None]
        weight = float(str(link["match_weight"]))
        assert weight == pytest.approx(-4.0 + sum(parts), abs=1e-9)
        assert link["match_probability"] == pytest.approx(1 / (1 + 2**-weight), abs=1e-9)


def test_a_rule_links_whatever_the_score(score: Score) -> None:
    link = score(prior=-40.0)["c", "d"]

    assert (link["method"], link["rule"], link["band"]) == ("deterministic", "same_identifier", "match")
    assert float(str(link["match_weight"])) < scoring.KEPT_WEIGHT


def test_no_score_overcomes_a_veto(score: Score) -> None:
    link = score(prior=40.0)["c", "e"]

    assert link["match_probability"] == pytest.approx(1)
    assert (link["veto"], link["band"], link["method"]) == (
        "different_identifiers",
        "no_match",
        "probabilistic",
    )


def test_pairs_that_weigh_little_are_left_out(score: Score) -> None:
    assert ("a", "f") not in score(prior=-12.0)
    assert ("a", "f") in score(None, prior=-12.0)


def test_bands_follow_the_thresholds(score: Score) -> None:
    for link in score(None).values():
        if link["veto"] is not None or link["method"] == "deterministic":
            continue
        probability = float(str(link["match_probability"]))
        expected = "match" if probability >= 0.9 else "review" if probability >= 0.3 else "no_match"
        assert link["band"] == expected


def test_without_a_model_only_rules_link(score: Score) -> None:
    links = score(status="rules_only")

    linked = {pair: link["rule"] for pair, link in links.items() if link["band"] == "match"}
    assert linked == {
        ("a", "b"): "same_name_and_email",
        ("a", "e"): "same_name_and_email",
        ("b", "e"): "same_name_and_email",
        ("c", "d"): "same_identifier",
    }


def test_both_party_types_share_the_table(connection: duckdb.DuckDBPyConnection) -> None:
    scoring.create_links(connection, ["email", "org_name", "email"])

    columns = [name for name, *_ in connection.execute("DESCRIBE links").fetchall()]
    assert columns[-4:] == ["level_email", "weight_email", "level_org_name", "weight_org_name"]


def test_the_scored_table_is_not_left_behind(connection: duckdb.DuckDBPyConnection, score: Score) -> None:
    score()

    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert "scored_person" not in tables
    assert not [name for name in tables if name.startswith("__splink__df_kept")]
