"""The folder of a run: complete or as before, whatever kills the command.

    DIR/runs/<n>/…        the files of one complete run
    DIR/current           a link to the newest complete run; replacing it is one atomic step
    DIR/clusters.csv …    links through `current`, so that they have fixed names

A run is made in `DIR/runs/.next-…`, renamed, and `current` is moved to it. What was there before is removed
afterwards; a command that was killed leaves at most hidden files, which the next one removes. One command
at a time works in a folder: it holds a lock that ends with its process.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from resolution.domain.errors import InputError, RunError, RunNotFound

CURRENT = "current"
RUNS = "runs"
LOCK = ".lock"
DRAFT = ".next-"  # what begins with it is unfinished
STATE = "state.duckdb"
RULES = "survivorship_rules.yml"  # there only where a run was given rules of its own
PUBLIC = (
    "clusters.parquet",
    "clusters.csv",
    "links.parquet",
    "golden_records.parquet",
    "golden_records.jsonl",
    "review.parquet",
    "changes.parquet",
    "quarantine.jsonl",
    "mapping.yml",
    "model.json",
    "run.json",
    "report.html",
    RULES,
    STATE,
)
REPLACED = ("mapping.yml", RULES)  # a user may have put them there, for the run to go by


def current_run(folder: Path) -> Path:
    """Return the folder of the newest complete run.

    Raises:
        RunNotFound: There is none.
    """
    if not has_run(folder):
        raise RunNotFound(f"{folder} holds no complete run; make one with `concord resolve … --out {folder}`")
    return (folder / CURRENT).resolve()


def has_run(folder: Path) -> bool:
    """Return whether the folder holds a complete run."""
    return (folder / CURRENT / "run.json").is_file()


@contextmanager
def new_run(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to make a run in; it becomes the current run when the block ends well.

    Raises:
        InputError: The folder cannot be written to, holds files of others under the names of a run's, or
            another command is at work in it.
        RunError: Nothing more can be written to the disk; what was there before is as it was.
    """
    runs = folder / RUNS
    _refuse_to_overwrite(folder)
    try:
        runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{folder} cannot be the folder of a run ({reason}); give another --out") from error
    with _locked(folder):
        for left_over in (*folder.glob(f"{DRAFT}*"), *runs.glob(f"{DRAFT}*")):
            _remove(left_over)
        draft = runs / f"{DRAFT}{os.getpid()}"
        draft.mkdir()
        try:
            yield draft
        except BaseException as error:
            shutil.rmtree(draft, ignore_errors=True)
            if _is_disk_full(error):
                raise RunError(
                    f"no space is left for {folder}, which is as it was; free some, or give another --out"
                ) from error
            raise
        _publish(folder, draft)


def _refuse_to_overwrite(folder: Path) -> None:
    """Refuse a folder where files stand that no run made: a run's are links."""
    names = (name for name in (CURRENT, *PUBLIC) if name not in REPLACED)
    others = [name for name in names if (folder / name).exists() and not (folder / name).is_symlink()]
    if others:
        raise InputError(
            f"{folder} holds files of its own that a run would replace ({', '.join(others)});"
            " move them, or give another --out"
        )


def _is_disk_full(error: BaseException) -> bool:
    full = {errno.ENOSPC, errno.EDQUOT}
    if isinstance(error, OSError):
        return error.errno in full
    return isinstance(error, duckdb.Error) and any(os.strerror(number) in str(error) for number in full)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / RUNS / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(f"another command is at work in {folder}; wait for it to end") from error
        yield


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _publish(folder: Path, draft: Path) -> None:
    runs = folder / RUNS
    numbers = [int(path.name) for path in runs.iterdir() if path.name.isdigit()]
    finished = runs / f"{max(numbers, default=0) + 1:06d}"
    draft.rename(finished)
    for name in PUBLIC:
        if (finished / name).exists():
            _link(folder / name, Path(CURRENT) / name)
    _link(folder / CURRENT, Path(RUNS) / finished.name)
    for name in PUBLIC:
        if not (finished / name).exists() and (folder / name).is_symlink():
            (folder / name).unlink()
    for older in runs.iterdir():
        if older.name.isdigit() and older != finished:
            shutil.rmtree(older, ignore_errors=True)


def _link(link: Path, target: Path) -> None:
    """Make `link` point to `target` in one step, whatever it was before."""
    if link.is_symlink() and link.readlink() == target:
        return
    draft = link.with_name(f"{DRAFT}{link.name}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
