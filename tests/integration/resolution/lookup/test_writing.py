"""The snapshot holds what the batch matched with: every record, key, link and value, searched one by one."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resolution.lookup.layout import DECIDED_NO_MATCH, JOINS, STRICT, VETOED
from resolution.lookup.snapshot import Snapshot, open_match_snapshot
from resolution.lookup.writing import write_match_snapshot
from resolution.matching.model import ResolutionModel, from_json


@pytest.fixture(scope="module")
def model(sample_run: Path) -> ResolutionModel:
    return from_json(json.loads((sample_run / "model.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def state(sample_run: Path) -> Any:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{sample_run / 'current' / 'state.duckdb'}' as state (read_only)")
        for table in ("match_person", "match_organization", "links"):
            connection.execute(f"create table {table} as from state.{table}")
        connection.execute(
            "update links set method = 'steward', band = 'no_match' where record_id_l ="
            " (select min(record_id_l) from links where band = 'match')"
        )
        yield connection


@pytest.fixture(scope="module")
def snapshot(state: Any, model: ResolutionModel, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    path = tmp_path_factory.mktemp("written") / "1.snapshot"
    write_match_snapshot(state, path, model=model)
    return open_match_snapshot(path)


def test_every_record_is_found_by_every_key_it_has(state: Any, snapshot: Snapshot) -> None:
    for name, party in snapshot.parties.items():
        for rule, index in party.keys.items():
            rows = state.execute(
                f"select bk_{rule}, list(record_id order by record_id) from match_{name}"
                f" where bk_{rule} is not null group by 1"
            ).fetchall()
            assert sum(len(records) for _, records in rows) == len(index.keys)
            for key, records in rows:
                assert [party.records[n] for n in index.find(key).tolist()] == records


def test_rows_are_those_of_the_match_input(state: Any, snapshot: Snapshot) -> None:
    for name, party in snapshot.parties.items():
        columns = ", ".join(party.records.schema.names)
        cursor = state.execute(f"select {columns} from match_{name} order by record_id")

        taken = party.records.take(range(party.records.count))

        assert taken.to_pylist() == cursor.to_arrow_table().to_pylist()


def test_links_are_known_from_both_ends_with_what_they_do(state: Any, snapshot: Snapshot) -> None:
    rows = state.execute(
        "select record_id_l, record_id_r, match_weight, band, method, veto from links"
    ).fetchall()
    found = 0
    for left, right, weight, band, method, veto in rows:
        party = next(p for p in snapshot.parties.values() if p.records.number(left) is not None)
        expected = (
            (JOINS if band == "match" else 0)
            | (STRICT if method == "deterministic" else 0)
            | (VETOED if veto is not None else 0)
            | (DECIDED_NO_MATCH if method == "steward" else 0)
        )
        for one, other in ((left, right), (right, left)):
            number = party.records.number(one)
            assert number is not None
            assert party.links is not None
            assert (party.records.number(other), weight, expected) in party.links.of(number)
            found += 1
    assert found == sum(len(p.links.others) for p in snapshot.parties.values() if p.links is not None)


def test_learned_values_are_looked_up(snapshot: Snapshot, model: ResolutionModel) -> None:
    for name, party in snapshot.parties.items():
        learned = model.parties[name]
        for column, known in learned.term_frequencies.items():
            for value, frequency in known.values.items():
                assert party.frequencies[column].get(value) == frequency
        words = party.word_weights.index(0)
        assert {word: words[word][0][1] for word in learned.word_weights} == learned.word_weights


def test_the_head_names_the_model_that_scored(snapshot: Snapshot, model: ResolutionModel) -> None:
    assert snapshot.model_id == model.model_id
    assert snapshot.model.bridge == model.bridge
    assert snapshot.model.parties["person"].match_threshold == model.parties["person"].match_threshold


def test_a_writer_leaves_the_database_as_it_was(state: Any, model: ResolutionModel, tmp_path: Path) -> None:
    tables = "select table_name from duckdb_tables() order by 1"
    before = state.execute(tables).fetchall()

    write_match_snapshot(state, tmp_path / "1.snapshot", model=model)

    assert state.execute(tables).fetchall() == before
