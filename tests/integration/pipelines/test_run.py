import fcntl
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import stamina
from finished_run import FinishedRun
from typer.testing import CliRunner

from context_api.store.engine import reading
from context_api.store.reading import version_at
from demo.company import change_company
from pipelines.assets.home import HomeFolder
from pipelines.assets.vectors import VECTORS
from pipelines.commands import app
from pipelines.dagster_home import open_instance
from pipelines.definitions import build_definitions
from pipelines.errors import RunFailed, RunInProgress
from pipelines.run import LOCK_FILE, run_pipeline

ROOT = Path(__file__).parents[3]
Query = Callable[[Path, str], list[tuple[object, ...]]]
IDENTITIES = "select record_id, golden_id from resolution.golden_membership order by all"
RAW = "select count(*), count(distinct _record_key), max(_synced_at) from raw_crm.contacts"
LAST_LOADS = """
select sum(moved), sum(gone) from (
    select arg_max(rows_upserted, started_at) as moved, arg_max(rows_deleted, started_at) as gone
    from sync.loads group by source, object)
"""
STEPS = ("sync", "models", "standardise", "resolution/links", "settle", "publish", "marts",
         "quality/resolution_quality", "publish/analyst_copy")  # fmt: skip


def test_a_run_makes_everything_and_passes_its_own_checks(finished: FinishedRun, query: Query) -> None:
    assert re.search(r"│ warn +│", finished.printed)  # the company has faults that are told
    assert not re.search(r"│ error +│", finished.printed)
    assert set(STEPS) <= set(re.findall(r"[\d.]+ s  (\S+)", finished.printed))
    assert query(finished.home, "select count(*) > 200 from resolution.golden_membership") == [(True,)]
    assert (finished.home / "analyst.duckdb").is_file()


def test_the_pages_know_rows_columns_and_pictures_of_a_run(finished: FinishedRun) -> None:
    import dagster as dg

    with open_instance(finished.home) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["resolution", "links"]))

    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    assert {"dagster/row_count", "dagster/column_schema", "match weights", "m and u, person"} <= set(metadata)
    assert "data:image/png;base64," in str(metadata["match weights"].value)


def test_every_asset_tells_its_rows_columns_time_and_place_in_the_flow(finished: FinishedRun) -> None:
    """The vectors follow in a run of their own; their test is in test_vectors.py."""
    graph = build_definitions(finished.home).resolve_asset_graph()
    lacking = []
    with open_instance(finished.home) as instance:
        for key in sorted(graph.executable_asset_keys - {VECTORS}, key=str):
            event = instance.get_latest_materialization_event(key)
            made = event.asset_materialization if event else None
            told = set(made.metadata) if made else set()
            schema = made.metadata["dagster/column_schema"].value if made and told else None
            columns = getattr(schema, "columns", [])
            flow = graph.get(key).parent_keys | graph.get(key).child_keys
            wanted = {"dagster/row_count", "dagster/column_schema", "seconds"}
            if not (wanted <= told and columns and flow):
                lacking.append((key.to_user_string(), wanted - told))
            if not key.path[0].startswith("raw_"):  # what a source's columns mean, only it can say
                lacking += [(key.to_user_string(), {c.name}) for c in columns if not c.description]

    assert lacking == []


def _version(home: Path) -> int:
    with HomeFolder(path=str(home)).store() as (engine, sealer), reading(engine) as connection:
        return version_at(connection, sealer).version


def test_a_second_run_moves_nothing_and_a_source_that_is_down_stops_no_other(
    copied: Path, query: Query
) -> None:
    (copied / "systems" / "erp.db").unlink()
    before, rows = query(copied, IDENTITIES), query(copied, RAW)
    model = (copied / "model.json").read_bytes()

    with stamina.set_testing(True, attempts=2, cap=True):
        result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["run", "--home", str(copied)])

    assert result.exit_code == 1, result.output
    assert "what it made is published" in result.stderr
    assert "raw_erp/customers, " in result.stderr
    assert "raw_crm" not in result.stderr
    assert query(copied, IDENTITIES) == before
    assert query(copied, RAW) == rows
    assert query(copied, LAST_LOADS) == [(0, 0)]
    assert (copied / "model.json").read_bytes() == model


def test_a_run_that_failed_half_way_goes_on_from_the_step_that_failed(copied: Path, query: Query) -> None:
    change_company(copied, day=(datetime.now(UTC) + timedelta(days=1)).date())
    good = (copied / "model.json").read_bytes()
    (copied / "model.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunFailed, match=r"step standardise failed: .*model\.json"):
        run_pipeline(copied)
    (copied / "model.json").write_bytes(good)

    report = run_pipeline(copied)

    assert report.resumed_from is not None
    assert "standardise" in report.steps
    assert not {"sync", "models"} & set(report.steps)
    live = "select count(*) from resolution.party_records where not coalesce(is_deleted, false)"
    assert query(copied, live) == query(copied, "select count(*) from resolution.golden_membership")


def test_one_run_at_a_time_on_a_home_folder(tmp_path: Path) -> None:
    with (tmp_path / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        with pytest.raises(RunInProgress, match="another process runs the pipeline"):
            run_pipeline(tmp_path)


def kill_in(home: Path, step: str, delay: float) -> None:
    """Run the pipeline in a process of its own, and kill -9 it some moments after a step began."""
    code = (
        "import sys; from pathlib import Path; from pipelines.run import run_pipeline\n"
        "run_pipeline(Path(sys.argv[1]), progress=lambda s, t: print(s, t, flush=True))"
    )
    child = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", code, str(home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith(f"{step} None"):
            time.sleep(delay)
            break
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()


def survives(home: Path, step: str, delay: float, query: Query) -> None:
    change_company(home, day=(datetime.now(UTC) + timedelta(days=1)).date())
    served = visible(home)

    kill_in(home, step, delay)

    assert visible(home) >= served  # the last version, or the new one whole
    report = run_pipeline(home)
    assert "publish/analyst_copy" in report.steps
    live = query(home, "select count(*) from resolution.party_records where not coalesce(is_deleted, false)")
    placed = query(home, "select count(*) from resolution.golden_membership")
    assert placed == live
    assert query(home, "select count(distinct record_id) from resolution.golden_membership") == live
    doubled = "select count(*) - count(distinct _record_key) from raw_crm.contacts"
    assert query(home, doubled) == [(0,)]
    (largest,) = query(home, "select max(version) from resolution.golden_membership")
    assert visible(home) == largest[0]


def visible(home: Path) -> int:
    """Return the version that readers see."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(home / "store.db")) as store:
        return int(store.execute("select visible_sequence from tenants").fetchone()[0])


def test_a_run_killed_in_some_step_loses_and_doubles_nothing(copied: Path, query: Query) -> None:
    dice = random.Random(20260118)

    survives(copied, dice.choice(STEPS), dice.uniform(0, 0.4), query)


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("delay", [0.0, 0.3, 1.0])
def test_a_run_killed_in_each_step_loses_and_doubles_nothing(
    copied: Path, step: str, delay: float, query: Query
) -> None:
    survives(copied, step, delay, query)
