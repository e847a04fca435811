"""The match snapshot of a version."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine

from context_api.store.sealing import Sealer
from demo.sample import SAMPLE
from pipelines.publish_snapshot import KEPT, keep_newest, snapshot_path, write_snapshot
from resolution.lookup.given import GivenRecord
from resolution.lookup.looking_up import open_snapshot
from resolution.matching.model import from_json
from resolution.run import resolve


def test_a_published_version_has_a_snapshot_that_opens(
    sqlite_engine: Engine, warehouse: Any, sealer: Sealer
) -> None:
    warehouse.tell()

    summary = warehouse.publish(sqlite_engine, sealer)

    lookup = open_snapshot(summary.snapshot)
    (answer,) = lookup.find([GivenRecord(full_name="Ann Lee")])
    assert answer.candidates == ()  # the model of this small warehouse compares nothing


def test_a_record_is_found_in_the_snapshot_of_what_was_scored(tmp_path: Path) -> None:
    run = resolve([SAMPLE / "crm.csv", SAMPLE / "erp.csv"], out=tmp_path / "run").folder
    model = from_json(json.loads((run / "model.json").read_text(encoding="utf-8")))
    with duckdb.connect(str(run / "state.duckdb"), read_only=True) as connection:
        asked = connection.execute(
            "select record_id_l, a.value, b.value from links"
            " join claims a on a.record_id = record_id_l and a.attribute = 'full_name'"
            " join claims b on b.record_id = record_id_l and b.attribute = 'email'"
            " where band = 'match' order by 1 limit 1"
        ).fetchone()
        path = write_snapshot(connection, tmp_path / "snapshots", version=3, model=model)
    assert asked is not None
    record, name, email = asked

    (answer,) = open_snapshot(path).find([GivenRecord(full_name=name, emails=[email])])

    assert path == snapshot_path(tmp_path / "snapshots", 3)
    assert record in {candidate.record_id for candidate in answer.candidates}
    assert record in (answer.joins or ())


def test_the_newest_visible_snapshots_stay_and_nothing_else(tmp_path: Path) -> None:
    for version in range(1, 7):
        snapshot_path(tmp_path, version).write_bytes(b"whole")
    for leftover in ("8.draft", "2.duckdb"):
        (tmp_path / leftover).write_bytes(b"left")

    keep_newest(tmp_path, visible=[1, 2, 3, 4, 5])

    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.snapshot", "4.snapshot", "5.snapshot"]
    assert KEPT == 3


@pytest.mark.parametrize("version", [1, 12])
def test_a_draft_never_has_the_name_of_a_snapshot(tmp_path: Path, version: int) -> None:
    assert snapshot_path(tmp_path, version).with_suffix(".draft").suffix != snapshot_path(tmp_path, 1).suffix
