"""Learning and scoring over all party types, and the pairs that new records meet."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from resolution import matching_run, state
from resolution.decisions import Decision
from resolution.domain.attributes import PartyType
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
    said = [
        Decision(linked[0], linked[1], is_match=False),
        Decision(unmet[0], unmet[1], is_match=True),
    ]
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
