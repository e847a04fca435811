import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import NoWarehouse, WarehouseFault, WarehouseLocked
from pipelines.warehouse import connect, hold, warehouse_path

HOLDER = """
import sys, time, pathlib
from pipelines.warehouse import hold
with hold(pathlib.Path(sys.argv[1]), purpose="a long run"):
    print("held", flush=True)
    time.sleep(30)
"""


def test_a_warehouse_in_use_says_by_whom(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(WarehouseLocked, match=rf"process {holder.pid} \(a long run\)"), connect(tmp_path):
            pass
        holder.kill()

    with connect(tmp_path) as connection:  # the dead give their locks back
        assert connection.execute("select 1").fetchone() == (1,)


def test_readers_stand_beside_each_other(tmp_path: Path) -> None:
    with connect(tmp_path):
        pass

    with connect(tmp_path, read_only=True) as one, connect(tmp_path, read_only=True) as two:
        assert one.execute("select 1").fetchone() == two.execute("select 1").fetchone()


def test_a_reader_of_nothing_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouse, match="concord sync"), connect(tmp_path, read_only=True):
        pass


def test_work_that_opens_the_file_itself_holds_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path, purpose="dbt"), pytest.raises(WarehouseLocked, match="dbt"), connect(tmp_path):
        pass


def test_a_disk_that_fails_is_a_fault_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WarehouseFault, match="free some space"), connect(tmp_path):
        raise duckdb.IOException("No space left on device")


def modes(home: Path) -> dict[str, int]:
    return {
        path.name: path.stat().st_mode & 0o777 for path in home.iterdir() if path.name != "warehouse.lock"
    }


def test_what_is_made_while_the_warehouse_is_held_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with connect(tmp_path / "home") as connection:
            connection.execute("create table people as select 'Ann Lee' as name")
            (tmp_path / "home" / "snapshot").write_text("Ann Lee")
            held = modes(tmp_path / "home")
        (tmp_path / "home" / "after").write_text("")
    finally:
        left = os.umask(before)

    assert held == dict.fromkeys(("warehouse.duckdb", "warehouse.duckdb.wal", "snapshot"), 0o600)
    assert modes(tmp_path / "home")["after"] == 0o644
    assert left == 0o022


def test_a_warehouse_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        connection.execute("create table people as select 'Ann Lee' as name")
    warehouse_path(tmp_path).chmod(0o644)

    with connect(tmp_path, read_only=True):
        assert modes(tmp_path) == {"warehouse.duckdb": 0o644}
    with connect(tmp_path):
        assert modes(tmp_path) == {"warehouse.duckdb": 0o600}
