"""kill -9 at random moments, then rerun: the warehouse ends as if nothing had happened (law 8, R12)."""

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from company_systems import write_systems

from pipelines.sync.demo_sources import demo_sources
from pipelines.warehouse import connect

ROOT = Path(__file__).parents[4]
SYNC = """
import sys
from pathlib import Path
from pipelines import commands
print("ready", flush=True)
commands.sync_command(Path(sys.argv[1]))
"""
ROWS = 600
CONTENT = "select _record_key, _is_deleted, _content_hash, _source_time from {} order by all"
TABLES = ("raw_crm.companies", "raw_erp.order_lines", "raw_itsm.tickets", "raw_email.messages")


def start(home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-c", SYNC, str(home)]
    return subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def content(home: Path) -> list[Any]:
    with connect(home) as warehouse:
        rows = [warehouse.execute(CONTENT.format(table)).fetchall() for table in TABLES]
        cursors = warehouse.execute("select source, object, cursor_json from sync.cursors order by all")
        return [*rows, cursors.fetchall()]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], float]:
    """A home that was synced in peace: its folder, what came out, and how long it took."""
    home = tmp_path_factory.mktemp("peace")
    write_systems(home, ROWS)
    (home / "sources.yml").write_text(demo_sources(), encoding="utf-8")
    began = time.monotonic()
    with start(home) as process:
        errors = process.communicate(timeout=120)[1]
    assert process.returncode == 0, errors
    return home, content(home), time.monotonic() - began


@pytest.mark.parametrize(
    ("seed", "kills"), [(12, 3), *(pytest.param(seed, 1, marks=pytest.mark.long) for seed in range(100, 112))]
)
def test_a_sync_killed_anywhere_and_run_again_ends_the_same(
    seed: int, kills: int, undisturbed: tuple[Path, list[Any], float], tmp_path: Path
) -> None:
    peaceful, expected, seconds = undisturbed
    home = tmp_path / "home"
    home.mkdir()
    shutil.copytree(peaceful / "systems", home / "systems", copy_function=lambda a, b: Path(b).hardlink_to(a))
    (home / "sources.yml").write_text(demo_sources(), encoding="utf-8")
    rng = random.Random(seed)

    for _ in range(kills):
        with start(home) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(rng.uniform(0.4, 0.9) * seconds)
            process.kill()
    with start(home) as process:
        errors = process.communicate(timeout=120)[1]

    assert process.returncode == 0, errors
    found = content(home)
    assert [len(rows) for rows in found[:4]] == [ROWS] * 4
    assert found[:3] == expected[:3]
    assert [row[:3] for row in found[3]] == [row[:3] for row in expected[3]]
    assert [c for c in found[4] if c[0] != "email"] == [c for c in expected[4] if c[0] != "email"]
