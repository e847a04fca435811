from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.sync.landing import clear, land, landed_files


def batch(**columns: list[object]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(columns)


def test_batches_land_with_columns_that_come_in_half_way(tmp_path: Path) -> None:
    arriving = [batch(Id=[1, 2]), batch(Id=[3], Fax=["5"])]
    land(tmp_path, "shop", batches={"people": iter(arriving), "orders": iter(())})

    files = landed_files(tmp_path, "shop", object_name="people")
    assert duckdb.sql(f"select Id, Fax from {files} order by 1").fetchall() == [
        (1, None),
        (2, None),
        (3, "5"),
    ]
    assert landed_files(tmp_path, "shop", object_name="orders") is None


def test_what_a_killed_run_left_is_neither_loaded_nor_in_the_way(tmp_path: Path) -> None:
    def killed() -> object:
        yield batch(Id=[1])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        land(tmp_path, "shop", batches={"people": killed()})  # type: ignore[dict-item] # a generator that is cut
    land(tmp_path, "shop", batches={"people": iter([batch(Id=[2])])})

    files = landed_files(tmp_path, "shop", object_name="people")
    assert duckdb.sql(f"select Id from {files}").fetchall() == [(2,)]
    clear(tmp_path, "shop")
    assert landed_files(tmp_path, "shop", object_name="people") is None


def test_a_full_disk_is_told_as_such(tmp_path: Path) -> None:
    def full() -> object:
        yield batch(Id=[1])
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        land(tmp_path, "shop", batches={"people": full()})  # type: ignore[dict-item] # a generator that fails
