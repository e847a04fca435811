"""R22: a drain that is killed at any moment, run again, leaves the index with what the store holds."""

import json
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from context_api.store.engine import open_store
from pipelines.vectors.cache import open_cache
from pipelines.vectors.drain import drain
from pipelines.vectors.local import LocalPlace
from pipelines.vectors.points import PointRef
from pipelines.vectors.store_outbox import StoreOutbox
from tests.integration.conftest import load_fixture

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 1, 2, tzinfo=UTC)
KEYS = 40
GONE = 10
EXPECTED = {PointRef("a", "activity", f"k{n:02}") for n in range(GONE, KEYS)} | {
    PointRef("b", "activity", f"k{n:02}") for n in range(KEYS)
}
CHILD = """
import json, sys
from tests.integration.conftest import load_fixture

print(json.dumps(load_fixture("killed_drain").drain_each(json.load(sys.stdin))))
"""
MOMENTS = (
    "start",
    "first embedding",
    "second embedding",
    "first put",
    "second put",
    "removing",
    "settling",
    "before the folder is named",
    "after the folder is named",
    "pruning",
    "before marking",
    "half marked",
    "after marking",
    "releasing",
)


def fill(engine: Engine) -> None:
    """Write two tenants' rows; the second version of one takes ten keys away and changes the others."""
    rows = [("a", n + 1, 1, f"k{n:02}", f"text {n}") for n in range(KEYS)]
    rows += [("a", KEYS + n + 1, 2, f"k{n:02}", "") for n in range(GONE)]
    rows += [("a", 2 * KEYS + n, 2, f"k{n:02}", f"changed {n}") for n in range(GONE, KEYS)]
    rows += [("b", n + 1, 1, f"k{n:02}", f"text {n}") for n in range(KEYS)]
    columns = ("tenant_id", "sequence", "version", "key", "text")
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into tenants (tenant_id, visible_sequence, decision_sequence, outbox_sequence)"
                " values ('a', 2, 0, 0), ('b', 1, 0, 0)"
            )
        )
        connection.execute(
            text(
                "insert into outbox (tenant_id, sequence, version, kind, key, text, payload_json)"
                " values (:tenant_id, :sequence, :version, 'activity', :key, :text, '{}')"
            ),
            [dict(zip(columns, row, strict=True)) for row in rows],
        )


@pytest.fixture(scope="module")
def killed(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The home folders that killed drains left, by the moment of their death; imports are paid once."""
    homes = {moment: tmp_path_factory.mktemp("killed") for moment in MOMENTS}
    for home in homes.values():
        shutil.copy(migrated_sqlite, home / "store.db")
        engine = open_store(store_of(home))
        fill(engine)
        engine.dispose()
    runs = json.dumps([(moment, str(home), store_of(home)) for moment, home in homes.items()])
    child = subprocess.run(  # noqa: S603
        [sys.executable, "-c", CHILD], cwd=ROOT, input=runs, capture_output=True, text=True, timeout=300
    )
    assert child.returncode == 0, child.stderr
    assert json.loads(child.stdout) == [signal.SIGKILL] * len(MOMENTS)
    return homes


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_drain_run_again_leaves_what_the_store_holds(killed: dict[str, Path], moment: str) -> None:
    home = killed[moment]
    engine = open_store(store_of(home))
    outbox, place = StoreOutbox(engine), LocalPlace(home, model="small", dimensions=8)

    embed = load_fixture("killed_drain").small_embedding
    with open_cache(home / "vectors", embed, model="small") as cache:
        drain(outbox, place, cache=cache, clock=lambda: NOW)

    assert set(place.reading().refs()) == EXPECTED
    assert outbox.count_pending() == 0
    engine.dispose()


def store_of(home: Path) -> str:
    return f"sqlite:///{home / 'store.db'}"
