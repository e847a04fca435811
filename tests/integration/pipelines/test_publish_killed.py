"""Kill -9 at every step of a publish: the last version is served, and the next publish makes up for it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import killed_publish
import pytest
from sqlalchemy import Engine, text

from context_api.store.engine import open_store, reading
from context_api.store.ranges import ranged_tables
from context_api.store.reading import golden_record, version_at
from context_api.store.sealing import Sealer
from pipelines.publish import STEPS
from resolution.domain.ids import seed_id

SCRIPT = Path(killed_publish.__file__)
KINDS = ("golden_records", "golden_values", "activities", "activity_parties", "relationships", "freshness")
IN_GATE = {("golden_values", "midst"), ("visible", "begins")}
CASES = [
    pytest.param(
        step,
        when,
        id=f"{step}-{when}".replace(" ", "-"),
        marks=() if (step, when) in IN_GATE else pytest.mark.long,
    )
    for step in STEPS
    for when in ("begins", "midst")
    if (step, when) != ("after", "midst")
]


def shown(engine: Engine, sealer: Sealer) -> dict[str, tuple[str | None, int, tuple[str, ...]]]:
    """Return what readers see of every party: its city, entity version and members."""
    with reading(engine) as connection:
        snapshot = version_at(connection, sealer)
        views = [golden_record(snapshot, seed_id(f"crm:contact:{n}")) for n in range(killed_publish.COUNT)]
    return {view.golden_id: (view.primary("city"), view.entity_version, view.record_ids) for view in views}


def counts(engine: Engine) -> dict[str, tuple[int, int]]:
    """Return how many rows each table has, and how many of them are current."""
    found: dict[str, tuple[int, int]] = {}
    with reading(engine) as connection:
        for table in ranged_tables():
            every, current = f"select count(*) from {table}", "where published_to is null"
            found[table] = (
                connection.execute(text(every)).scalar_one(),
                connection.execute(text(f"{every} {current}")).scalar_one(),
            )
        for table in ("golden_values", "conflicts", "record_keys", "outbox"):
            found[table] = (connection.execute(text(f"select count(*) from {table}")).scalar_one(), 0)
    return found


@pytest.fixture(scope="session")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> dict[str, tuple[int, int]]:
    """What the tables hold after both publishes when nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copy(migrated_sqlite, folder / "store.db")
    engine = open_store(f"sqlite:///{folder / 'store.db'}")
    for suffix in ("", " changed"):
        warehouse = killed_publish.opened(folder / "snapshots")
        killed_publish.tell(warehouse, suffix=suffix)
        warehouse.publish(engine, Sealer(b"k" * 32, "default"))
    found = counts(engine)
    engine.dispose()
    return found


@pytest.mark.parametrize(("step", "when"), CASES)
def test_a_publish_killed_at_any_step_leaves_the_last_version_and_can_be_repeated(
    engine: Engine, sealer: Sealer, tmp_path: Path, step: str, when: str, undisturbed: dict[str, Any]
) -> None:
    first = killed_publish.opened(tmp_path / "snapshots")
    killed_publish.tell(first)
    first.publish(engine, sealer)
    before = shown(engine, sealer)
    url = engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPT.parent), *sys.path])}
    command = [sys.executable, str(SCRIPT), url, str(tmp_path / "snapshots"), step, when]

    result = subprocess.run(command, env=environment, capture_output=True, timeout=300)  # noqa: S603

    assert result.returncode == -signal.SIGKILL, result.stderr
    is_visible = step == "after"
    changed = {g: (f"{city} changed", version + 1, ids) for g, (city, version, ids) in before.items()}
    if is_visible:
        assert {g: said[:2] for g, said in shown(engine, sealer).items()} == {
            g: said[:2] for g, said in changed.items()
        }
    else:
        assert shown(engine, sealer) == before
    again = killed_publish.opened(tmp_path / "snapshots")
    killed_publish.tell(again, suffix=" changed")
    again.now = first.now
    again.publish(engine, sealer)
    assert {g: said[:2] for g, said in shown(engine, sealer).items()} == {
        g: said[:2] for g, said in changed.items()
    }
    found = counts(engine)
    assert {t: found[t] for t in found if t != "freshness"} == {
        t: undisturbed[t] for t in undisturbed if t != "freshness"
    }
    files = [path.name for path in (tmp_path / "snapshots").iterdir()]
    assert len(files) == (3 if is_visible else 2), files
    assert not [name for name in files if "draft" in name or "part" in name]
