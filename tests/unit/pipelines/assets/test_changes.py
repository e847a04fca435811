import os
from pathlib import Path

import pyarrow as pa
import pytest
from fake_source import FakeSource, person, source_named

from pipelines.assets.changes import Cursors, fingerprint, look, source_path
from pipelines.connectors.files import FilesSettings
from pipelines.connectors.port import Connector, Page
from pipelines.connectors.sql import SqlSettings
from pipelines.errors import TransientFault
from pipelines.sync.sources import Source

AT_NOON = {("shop", "people"): {"changed": "2024-05-01T12:00:00Z"}}
FOLDER = Source("exports", FilesSettings("exports", ()), ())


def _refused(source: Source) -> Connector:
    raise TransientFault(f"{source.name} is down")


def _of_files(home: Path) -> str:
    return fingerprint(FOLDER, home=home, open_connector=_refused, cursors={})


def _of_database(fake: FakeSource, cursors: Cursors) -> str:
    return fingerprint(source_named(), home=Path(), open_connector=lambda _: fake, cursors=cursors)


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A folder of two exports, with a folder for those that are done."""
    folder = tmp_path / "exports"
    (folder / "done").mkdir(parents=True)
    for name in ("people.csv", "places.csv"):
        (folder / name).write_text("id\n1\n")
        os.utime(folder / name, ns=(0, 1_000))
    return folder


def test_a_folder_that_nobody_touched_looks_the_same(exports: Path) -> None:
    assert _of_files(exports.parent) == _of_files(exports.parent)


def test_a_file_of_other_time_or_size_or_place_looks_different(exports: Path) -> None:
    seen = [_of_files(exports.parent)]
    os.utime(exports / "people.csv", ns=(0, 2_000))
    seen.append(_of_files(exports.parent))
    (exports / "people.csv").write_text("id\n1\n2\n")
    os.utime(exports / "people.csv", ns=(0, 2_000))
    seen.append(_of_files(exports.parent))
    (exports / "places.csv").unlink()
    seen.append(_of_files(exports.parent))
    (exports / "people.csv").rename(exports / "done" / "people.csv")
    seen.append(_of_files(exports.parent))

    assert len(set(seen)) == len(seen)


def test_the_journal_of_a_database_counts_and_its_shared_memory_does_not(tmp_path: Path) -> None:
    source = Source("crm", SqlSettings("sqlite:///crm.db", ()), ())
    (tmp_path / "crm.db").touch()
    seen = []
    for name in ("crm.db", "crm.db-shm", "crm.db-wal"):
        (tmp_path / name).write_text("written")
        seen.append(fingerprint(source, home=tmp_path, open_connector=_refused, cursors={}))

    assert seen[0] == seen[1]
    assert seen[1] != seen[2]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([person(n) for n in range(40)], id="rows"),
        pytest.param(pa.RecordBatch.from_pylist([person(n) for n in range(40)]), id="a batch"),
    ],
)
def test_a_row_changed_after_the_cursor_shows_where_the_count_stays(
    rows: list[dict[str, object]] | pa.RecordBatch,
) -> None:
    before = list(rows if isinstance(rows, list) else rows.to_pylist())
    after = [*before[:20], {**before[20], "name": "Anne"}, *before[21:]]
    changed = after if isinstance(rows, list) else pa.RecordBatch.from_pylist(after)

    seen = [_of_database(FakeSource(Page(page), state=before), AT_NOON) for page in (rows, changed)]

    assert seen[0] != seen[1]


def test_an_object_that_was_never_synced_is_counted_and_not_read() -> None:
    fake = FakeSource(Page([person(1)]))

    _of_database(fake, {})

    assert fake.cursors == []


def test_a_source_that_does_not_answer_counts_as_unchanged_and_says_why(exports: Path) -> None:
    before = {"shop": "as seen yesterday"}

    found = look([source_named(), FOLDER], before, home=exports.parent, open_connector=_refused, cursors={})

    assert found.seen["shop"] == "as seen yesterday"
    assert found.changed == ["exports"]
    assert found.unanswered == {"shop": "shop is down"}


@pytest.mark.parametrize(
    ("url", "path"),
    [
        pytest.param("sqlite:///systems/crm.db", Path("/home/systems/crm.db"), id="from the home folder"),
        pytest.param("sqlite:////srv/crm.db?mode=ro", Path("/srv/crm.db"), id="from the root"),
        pytest.param("postgresql://crm.example/crm", None, id="elsewhere"),
    ],
)
def test_only_a_file_on_this_machine_has_a_path(url: str, path: Path | None) -> None:
    assert source_path(Source("crm", SqlSettings(url, ()), ()), Path("/home")) == path
