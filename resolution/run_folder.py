"""The folder of a run: complete or as before, whatever kills the command.

    DIR/runs/<n>/…        the files of one complete run
    DIR/current           a link to the newest complete run; replacing it is one atomic step
    DIR/clusters.csv …    links through `current`, so that they have fixed names

A run is made in `DIR/runs/.next-…`, renamed, and `current` is moved to it. What was there before is removed
afterwards; a command that was killed leaves at most a hidden folder, which the next one removes.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resolution.domain.errors import InputError, RunNotFound

CURRENT = "current"
RUNS = "runs"
STATE = "state.duckdb"
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
    STATE,
)


def current_run(folder: Path) -> Path:
    """Return the folder of the newest complete run.

    Raises:
        RunNotFound: There is none.
    """
    found = folder / CURRENT
    if not (found / "run.json").is_file():
        raise RunNotFound(f"{folder} holds no complete run; make one with `concord resolve … --out {folder}`")
    return found.resolve()


def has_run(folder: Path) -> bool:
    """Return whether the folder holds a complete run."""
    return (folder / CURRENT / "run.json").is_file()


@contextmanager
def new_run(folder: Path) -> Iterator[Path]:
    """Yield an empty folder to make a run in; it becomes the current run when the block ends well."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; give --out a folder")
    runs = folder / RUNS
    runs.mkdir(parents=True, exist_ok=True)
    for left_over in runs.glob(".next-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    draft = runs / f".next-{os.getpid()}"
    draft.mkdir()
    try:
        yield draft
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    _publish(folder, draft)


def _publish(folder: Path, draft: Path) -> None:
    runs = folder / RUNS
    numbers = [int(p.name) for p in runs.iterdir() if p.name.isdigit()]
    number = max(numbers, default=0) + 1
    finished = runs / f"{number:06d}"
    draft.rename(finished)
    for name in PUBLIC:
        _link(folder / name, Path(CURRENT) / name)
    _link(folder / CURRENT, Path(RUNS) / finished.name)
    for name in PUBLIC:
        if not (finished / name).exists():
            (folder / name).unlink(missing_ok=True)
    for older in runs.iterdir():
        if older.name.isdigit() and older != finished:
            shutil.rmtree(older, ignore_errors=True)


def _link(link: Path, target: Path) -> None:
    """Make `link` point to `target` in one step, whatever it was before."""
    if link.is_symlink() and link.readlink() == target:
        return
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)
