"""Learning and scoring over all party types, and the pairs that new records meet."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from resolution import matching_run, state
from resolution.decisions import Decision
from resolution.domain.attributes import PartyType, SourceMapping
from resolution.matching.model import ResolutionModel, from_json
from resolution.run_folder import STATE


@pytest.fixture
def connection(sample_run: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The records of the sample's run in a database of their own."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"ATTACH '{sample_run / STATE}' AS known (READ_ONLY)")
        connection.execute("CREATE TABLE party_records AS FROM known.party_records")
        state.write_decisions(connection, [])
        yield connection


@pytest.fixture(scope="module")
def model(sample_run: Path) -> ResolutionModel:
    return from_json(json.loads((sample_run / "model.json").read_text(encoding="utf-8")))


def test_a_saved_model_scores_as_the_run_that_learned_it(
    connection: duckdb.DuckDBPyConnection, model: ResolutionModel
) -> None:
    scored = matching_run.score(connection, matching_run.take(connection, model))

    assert scored.model == model
    differing = connection.execute(
        "(FROM links EXCEPT FROM known.links) UNION ALL (FROM known.links EXCEPT FROM links)"
    )
    assert differing.fetchall() == []


def test_new_records_meet_the_pairs_that_blocking_everything_meets(
    connection: duckdb.DuckDBPyConnection, model: ResolutionModel
) -> None:
    taken = matching_run.take(connection, model)
    for party_type in PartyType:
        everyone, pairs = taken.tables[party_type]
        connection.execute(
            f"CREATE OR REPLACE TABLE new AS FROM {everyone} WHERE hash(record_id) % 3 = 0;"
            f"CREATE OR REPLACE VIEW expected AS FROM {pairs}"
            " WHERE join_key_l IN (SELECT record_id FROM new) OR join_key_r IN (SELECT record_id FROM new)"
        )

        party = model.parties[party_type.value]
        matching_run.block_new(connection, new="new", everyone=everyone, model=party, target="met")

        rows = "SELECT match_key::VARCHAR, join_key_l, join_key_r FROM"
        assert connection.execute(f"{rows} met ORDER BY ALL").fetchall() == (
            connection.execute(f"{rows} expected ORDER BY ALL").fetchall()
        )


def test_decided_pairs_are_links_of_a_steward_scored_or_not(
    connection: duckdb.DuckDBPyConnection, model: ResolutionModel
) -> None:
    linked = connection.execute(
        "SELECT record_id_l, record_id_r FROM known.links WHERE band = 'match' AND party_type = 'person'"
        " ORDER BY ALL LIMIT 1"
    ).fetchone()
    unmet = connection.execute(
        "SELECT min(record_id), max(record_id) FROM party_records WHERE party_type = 'person'"
    ).fetchone()
    assert linked is not None
    assert unmet is not None
    said = [Decision(*linked, is_match=False), Decision(*unmet, is_match=True)]
    state.write_decisions(connection, said)

    matching_run.score(connection, matching_run.take(connection, model))

    bands = connection.execute(
        "SELECT record_id_l, record_id_r, band FROM links WHERE method = 'steward' ORDER BY ALL"
    ).fetchall()
    assert bands == sorted([(*linked, "no_match"), (*unmet, "match")])


def test_a_party_type_of_one_record_has_a_model_that_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "DELETE FROM party_records WHERE record_id <> (SELECT min(record_id) FROM party_records"
        " WHERE party_type = 'person')"
    )

    learned = matching_run.learn(connection, options=matching_run.MatchingOptions(), sources=())

    assert list(learned.model.parties) == ["person"]
    assert learned.model.parties["person"].status == "rules_only"
    assert "one record" in learned.model.parties["person"].status_reason
    assert matching_run.take(connection, learned.model).tables == {}


@pytest.mark.parametrize("declared", [None, True, False])
def test_a_clean_source_is_declared_or_shown_by_the_links(
    connection: duckdb.DuckDBPyConnection, declared: bool | None
) -> None:
    """In source `clean` no two records match, but many match those of `messy`, which has duplicates."""
    connection.execute(
        "CREATE OR REPLACE TABLE party_records AS"
        " SELECT 'clean:' || n AS record_id, 'clean' AS source FROM range(40) t(n)"
        " UNION ALL SELECT 'messy:' || n, 'messy' FROM range(40) t(n);"
        "CREATE OR REPLACE TABLE links AS SELECT 'clean:' || n AS record_id_l, 'messy:' || n AS record_id_r,"
        " 0.99 AS match_probability, NULL::VARCHAR AS veto FROM range(20) t(n)"
        " UNION ALL SELECT 'messy:' || n, 'messy:' || (n + 1), 0.99, NULL FROM range(10) t(n)"
    )
    sources = [SourceMapping("messy.csv", "messy", (), duplicate_free=declared)]

    found = matching_run.clean_sources(connection, sources)

    assert found == (("clean", "messy") if declared else ("clean",))
