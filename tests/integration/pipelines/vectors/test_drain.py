"""R22: a drain that is killed at any moment, run again, leaves the index with what the store holds."""

import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from pipelines.vectors.cache import open_cache
from pipelines.vectors.drain import drain
from pipelines.vectors.local import LocalPlace
from pipelines.vectors.points import PointRef
from pipelines.vectors.store_outbox import StoreOutbox
from tests.integration.conftest import load_fixture

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 1, 2)  # noqa: DTZ001 - the store's times are UTC without a zone
KEYS = 40
GONE = 10
CHILD = """
import sys
from tests.integration.conftest import load_fixture

load_fixture("killed_drain").drain_until(sys.argv[1], home=sys.argv[2], url=sys.argv[3])
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


def fill(engine: Engine) -> set[PointRef]:
    """Write the first version, drained before, and the second, of which nothing is done."""
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
    own = {PointRef("a", "activity", f"k{n:02}") for n in range(GONE, KEYS)}
    return own | {PointRef("b", "activity", f"k{n:02}") for n in range(KEYS)}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_drain_run_again_leaves_what_the_store_holds(
    sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, moment: str
) -> None:
    expected = fill(sqlite_engine)
    embed = load_fixture("killed_drain").small_embedding
    outbox = StoreOutbox(sqlite_engine)
    place = LocalPlace(tmp_path, model="small", dimensions=8)

    command = [sys.executable, "-c", CHILD, moment, str(tmp_path), sqlite_url]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    with open_cache(tmp_path / "vectors", embed, model="small") as cache:
        drain(outbox, place, cache=cache, clock=lambda: NOW, rows_a_round=50)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert set(place.reading().refs()) == expected
    assert outbox.count_pending() == 0
    assert not list(place.folder.glob("building-*")) or moment in {"after marking", "releasing"}
