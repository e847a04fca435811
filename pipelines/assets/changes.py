"""Asks sources, at little cost, whether anything changed since they were last looked at.

A source on this machine is fingerprinted by the times and sizes of its files; a database elsewhere by the
count of each object and the first page of what it changed since the cursor that is stored. A run moves that
cursor, and with it the page: so what a source shows is compared under the cursor of the last look.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa

from pipelines.connectors.port import Connector, Cursor, SourceObject
from pipelines.errors import ConnectorError, CursorExpired
from pipelines.sync.engine import Opener
from pipelines.sync.sources import Source
from pipelines.sync.time_limit import TimedConnector

LOOK_SECONDS = 15  # for one source: Dagster gives all of a look a minute
Seen: TypeAlias = Mapping[str, Any]  # what JSON can hold: `shows`, under which `cursors`
Cursors: TypeAlias = Mapping[tuple[str, str], Cursor]  # by source and object, as the warehouse has them


@dataclass(frozen=True, slots=True)
class Changes:
    """What was seen of each source, which of them changed since, and which could not be asked, with why."""

    seen: Mapping[str, Seen]
    changed: Sequence[str]
    unanswered: Mapping[str, str]


def look(
    sources: Sequence[Source],
    before: Mapping[str, Seen],
    *,
    home: Path,
    open_connector: Opener,
    cursors: Cursors,
) -> Changes:
    """Compare what sources show now with what they showed before; who does not answer counts as unchanged."""
    seen = dict(before)
    changed: list[str] = []
    unanswered: dict[str, str] = {}
    for source in sources:
        shown = partial(fingerprint, source, home=home, open_connector=open_connector)
        try:
            current = {name: cursor for (system, name), cursor in cursors.items() if system == source.name}
            # First under today's cursors: a change between the two is then seen now, or at the next look.
            now = {"shows": shown(current), "cursors": current}
            last = before.get(source.name)
            if last is None or _shows(shown, last, now) != last["shows"]:
                changed.append(source.name)
            seen[source.name] = now
        except (ConnectorError, OSError) as error:
            unanswered[source.name] = str(error)
    return Changes(seen, changed, unanswered)


def _shows(shown: Callable[[Mapping[str, Cursor]], str], last: Seen, now: Seen) -> str:
    """Return what a source shows now, under the cursors of the last look."""
    if last["cursors"] == now["cursors"]:
        return str(now["shows"])
    try:
        return shown(last["cursors"])
    except CursorExpired:
        return "all of it may be other"


def fingerprint(source: Source, cursors: Mapping[str, Cursor], *, home: Path, open_connector: Opener) -> str:
    """Return a value that differs when the source holds something else; `cursors` are by object.

    Raises:
        ConnectorError: The source does not answer, or not in time.
        FileNotFoundError: Its file or folder is not there.
    """
    local = source_path(source, home)
    if local is not None:
        return _hash(_stamps(local))
    with closing(TimedConnector(partial(open_connector, source), LOOK_SECONDS)) as connector:
        return _hash(_counts(connector, cursors))


def source_path(source: Source, home: Path) -> Path | None:
    """Return the file or folder of a source on this machine, None for one elsewhere."""
    folder = getattr(source.settings, "folder", None)
    if folder is not None:
        return home / str(folder)
    url = str(getattr(source.settings, "url", ""))
    prefix = "sqlite:///"
    return home / url[len(prefix) :].split("?")[0] if url.startswith(prefix) else None


def _stamps(path: Path) -> Iterator[str]:
    """Yield place, time and size of a file and its journals, or of every file of a folder."""
    folder = path if path.is_dir() else path.parent
    if not path.is_dir():
        found = sorted(path.parent.glob(f"{path.name}*"))
        if path not in found:
            raise FileNotFoundError(f"{path} is not there")
    else:
        found = sorted(p for p in path.rglob("*") if p.is_file())
    for file in found:
        # SQLite's shared memory changes when somebody reads.
        if not file.name.endswith("-shm"):
            state = file.stat()
            yield f"{file.relative_to(folder)} {state.st_mtime_ns} {state.st_size}"


def _counts(connector: Connector, cursors: Mapping[str, Cursor]) -> Iterator[str]:
    for object_ in connector.discover():
        if isinstance(object_, SourceObject):
            recent = _recent(connector, object_, cursors.get(object_.name))
            yield f"{object_.name} {connector.count(object_)} {recent}"


def _recent(connector: Connector, object_: SourceObject, cursor: Cursor | None) -> str:
    """Return the first page at or after the cursor as text; nothing for an object that has no cursor yet."""
    if cursor is None:
        return ""
    page = next(iter(connector.read(object_, cursor)), None)
    if page is None:
        return ""
    changes = page.changes
    # A record batch as text leaves out what is in its middle.
    return str(changes.to_pylist() if isinstance(changes, pa.RecordBatch) else changes)


def _hash(lines: Iterator[str]) -> str:
    return hashlib.sha256(json.dumps(list(lines)).encode()).hexdigest()[:16]
