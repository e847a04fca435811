"""A machine that runs out of something (R13): a clear error, a whole warehouse, and the next sync goes on."""

import gc
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from fake_source import FakeSource, person, source_named

from pipelines.connectors.port import Cursor, Page, SourceObject
from pipelines.errors import PipelineError
from pipelines.sync.engine import SyncOptions, sync
from pipelines.warehouse import connect

ROWS = 3_000
PAGES = 3


def rows_from(first: int) -> list[dict[str, object]]:
    return [
        person(n, name=f"{n * 7919} of {n * 104_729} and {n * 1_299_709}" * 4)
        for n in range(first, first + ROWS)
    ]


class Hungry(FakeSource):
    """Takes what it is told to from the machine once its first page is read."""

    taken: ExitStack | None = None

    def count(self, object_: SourceObject) -> int:
        return 0  # nothing is counted, so nothing is looked for again

    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        for page in super().read(object_, cursor):
            yield page
            if self.taken is not None:
                self.taken.enter_context(few_files(0))
                self.taken = None


def synced(home: Path, *, first: int, taken: ExitStack | None = None) -> str:
    """Sync new rows and return what went wrong, nothing where all went well."""
    rows = rows_from(first)
    size = ROWS // PAGES
    pages = [Page(rows[n * size : (n + 1) * size], cursor={"after": n}) for n in range(PAGES)]
    fake = Hungry(*pages, state=rows)
    fake.taken = taken
    try:
        with connect(home, purpose="test") as warehouse:
            (result,) = sync(
                warehouse, [source_named()], home=home, open_connector=lambda _: fake, options=SyncOptions()
            )
    except PipelineError as error:
        return str(error)
    return result.error or ""


def held(home: Path) -> int:
    with connect(home, read_only=True) as warehouse:
        found = warehouse.execute("select count(*), count(distinct id) from raw_shop.people").fetchone()
        assert found is not None
        assert found[0] == found[1]
        return int(found[0])


@contextmanager
def limited(kind: int, soft: int) -> Iterator[None]:
    before = resource.getrlimit(kind)
    resource.setrlimit(kind, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(kind, before)


@contextmanager
def few_files(more: int) -> Iterator[None]:
    """Let this process open so many files more, and no other."""
    highest = 1 + max(int(place.name) for place in Path("/proc/self/fd").iterdir())
    filled = []
    while (descriptor := os.dup(0)) < highest:  # descriptors below that are free
        filled.append(descriptor)
    os.close(descriptor)
    try:
        with limited(resource.RLIMIT_NOFILE, highest + more):
            yield
    finally:
        for descriptor in filled:
            os.close(descriptor)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home folder that was synced once; what dlt leaves open is closed before the next test."""
    assert synced(tmp_path, first=0) == ""
    yield tmp_path
    gc.collect()


def recovers(home: Path, error: str) -> None:
    assert error, "nothing went wrong"
    assert held(home) == ROWS  # as before, all of it
    assert synced(home, first=ROWS) == ""
    assert held(home) == 2 * ROWS


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # dlt leaves its file open
@pytest.mark.parametrize("kibibytes", [8, 200, 700])
def test_a_disk_that_is_full_leaves_what_was_there(home: Path, kibibytes: int) -> None:
    with limited(resource.RLIMIT_FSIZE, kibibytes * 1024):
        error = synced(home, first=ROWS)

    recovers(home, error)
    assert "File too large" in error or "too large" in error.lower()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("more", [0, 1, 3])
def test_too_many_open_files_leave_what_was_there(home: Path, more: int) -> None:
    with few_files(more):
        error = synced(home, first=ROWS)

    recovers(home, error)
    assert "Too many open files" in error


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_files_that_run_out_while_reading_leave_what_was_there(home: Path) -> None:
    with ExitStack() as taken:
        error = synced(home, first=ROWS, taken=taken)

    recovers(home, error)
    assert "Too many open files" in error


def test_a_folder_that_cannot_be_written_leaves_what_was_there() -> None:
    home = Path(tempfile.mkdtemp(prefix="concord-readonly-"))
    assert synced(home, first=0) == ""
    for folder, _, files in os.walk(home):
        for place in (folder, *(str(Path(folder) / name) for name in files)):
            Path(place).chmod(0o555 if place == folder else 0o444)

    with as_nobody():
        error = synced(home, first=ROWS)

    for folder, _, files in os.walk(home):
        for place in (folder, *(str(Path(folder) / name) for name in files)):
            Path(place).chmod(0o755)
    recovers(home, error)
    assert "ermission denied" in error
    shutil.rmtree(home)


@contextmanager
def as_nobody() -> Iterator[None]:
    """Work without the right to write everywhere that root has."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
