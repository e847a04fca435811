from pathlib import Path

import duckdb
import pytest
from fake_source import FakeSource, person, sync_fake

from pipelines.connectors.port import Page
from pipelines.sync.completeness import Proof


@pytest.mark.parametrize(
    ("proof", "share"),
    [
        (Proof(0, 0, 0, 0), 1.0),
        (Proof(10, 10, 10, 10), 1.0),
        (Proof(10, 9, 10, 10), 0.9),
        (Proof(10, 10, 10, 5), 0.5),
        (Proof(10, 12, 10, 10), 1.0),
    ],
    ids=["empty", "whole", "rows-missing", "other-content", "more-than-the-source-holds-now"],
)
def test_the_share_is_the_worse_of_count_and_sample(proof: Proof, share: float) -> None:
    assert proof.share == share


def test_a_change_that_the_cursor_did_not_show_is_found(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [person(n) for n in range(4)]
    sync_fake(warehouse, tmp_path, FakeSource(Page(rows), state=rows))
    silently = [person(0, "Other"), *rows[1:]]

    result = sync_fake(warehouse, tmp_path, FakeSource(state=silently))

    assert result.proven_share == 0.75
    found = warehouse.execute("select matching_keys, deletes from sync.completeness order by checked_at")
    assert found.fetchall() == [(4, "observed"), (3, "observed")]


def test_rows_in_quarantine_are_not_proven(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rows = [person(1), person(None)]

    assert sync_fake(warehouse, tmp_path, FakeSource(Page(rows), state=rows)).proven_share == 0.5
