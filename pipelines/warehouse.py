"""The warehouse file: one process at a time, by a lock that names its holder.

DuckDB lets one process write and shuts every other out, with a message about a file. The lock beside the
file says so before DuckDB is asked, and says who is at work. A process that dies gives its lock back.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import duckdb

from pipelines.errors import NoWarehouse, WarehouseFault, WarehouseLocked

WAREHOUSE_FILE = "warehouse.duckdb"
LOCK_FILE = "warehouse.lock"
OF_OWNER_ALONE = 0o600
SPARE_FILES = 16  # descriptors that DuckDB and a sync need at the least
# What DuckDB says of a disk that is full or gone: while it writes, when it commits, and of all that follows.
UNUSABLE = (
    duckdb.IOException, duckdb.OutOfMemoryException, duckdb.TransactionException, duckdb.FatalException,
)  # fmt: skip


def warehouse_path(home: Path) -> Path:
    """Return where the warehouse of a home folder stands."""
    return home / WAREHOUSE_FILE


@contextmanager
def hold(home: Path, *, purpose: str, read_only: bool = False) -> Iterator[None]:
    """Keep every other writer out (readers too, unless `read_only`) while the block runs.

    For work that opens the file itself, such as dbt; `connect` does both.

    Raises:
        WarehouseLocked: another process holds the lock; the message names it and what it does.
        WarehouseFault: nothing can be written into the folder.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(home / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise WarehouseFault(f"{home} cannot be used: {error}; see to it and run again") from error
    try:
        _lock(descriptor, home, shared=read_only)
        if not read_only:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} ({purpose})".encode(), 0)
        with nullcontext() if read_only else _private(home):
            yield
    finally:
        os.close(descriptor)  # gives the lock back


@contextmanager
def _private(home: Path) -> Iterator[None]:
    """Let whatever is made in the block be for its owner alone: the warehouse holds personal values in clear.

    DuckDB makes its log and what it spills when it needs them, and takes no mode for them: the mask of the
    process is the one way to have it.
    """
    with suppress(FileNotFoundError, PermissionError):  # of a release before, or another owner's
        warehouse_path(home).chmod(OF_OWNER_ALONE)
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _lock(descriptor: int, home: Path, *, shared: bool) -> None:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace") or "another process"
        message = f"the warehouse in {home} is in use by {holder}; wait for it to end, or stop it"
        raise WarehouseLocked(message) from error


def _refuse_few_descriptors(home: Path) -> None:
    """Refuse to begin where no files can be opened: DuckDB would end the whole process."""
    spare: list[int] = []
    try:
        for _ in range(SPARE_FILES):
            spare.append(os.open(home, os.O_RDONLY))
    except OSError as error:
        raise WarehouseFault(f"{home} cannot be used: {error}; see to it and run again") from error
    finally:
        for descriptor in spare:
            os.close(descriptor)


@contextmanager
def connect(
    home: Path, read_only: bool = False, *, purpose: str = "concord"
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse of a home folder; closed and unlocked at the end of the block.

    Raises:
        WarehouseLocked: another process has it open.
        NoWarehouse: `read_only`, and there is no warehouse yet.
    """
    path = warehouse_path(home)
    if read_only and not path.exists():
        raise NoWarehouse(f"there is no warehouse in {home} yet; run `concord sync --home {home}`")
    with hold(home, purpose=purpose, read_only=read_only):
        _refuse_few_descriptors(home)
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise WarehouseFault(f"{path} cannot be used: {error}; see to it and run again") from error
            message = f"{path} is open in a program that does not take our lock; close it: {error}"
            raise WarehouseLocked(message) from error
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        except UNUSABLE as error:
            message = f"{path} cannot be used: {error}; free some space and run again"
            raise WarehouseFault(message) from error
        finally:
            connection.close()
