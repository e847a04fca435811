"""Search by meaning for a process that serves: loaded in the background when it is first asked for.

The libraries of the embedding model take over ten seconds to import, so the first questions are told that it
is warming up; then each takes milliseconds. Whatever is wrong is a status and what to do about it, never an
exception, and is looked at again `RETRY_SECONDS` later.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread

from pipelines.vectors import errors
from pipelines.vectors.embedding import Embed, PackagedModel
from pipelines.vectors.errors import VectorError
from pipelines.vectors.index import ReadableIndex
from pipelines.vectors.local import BUILDING
from pipelines.vectors.opening import open_place
from pipelines.vectors.points import SearchFilter
from pipelines.vectors.readiness import advice
from pipelines.vectors.search import search

RETRY_SECONDS = 5.0
STATUSES: Mapping[type[VectorError], str] = {
    errors.IndexMissing: "missing",
    errors.IndexDamaged: "damaged",
    errors.IndexOutdated: "outdated",
    errors.IndexUnreachable: "unreachable",
    errors.ModelUnusable: "unusable",
}
ADVICE: Mapping[str, str] = {
    "warming": "ask again in some seconds: the embedding model is being loaded",
    "missing": "embed what was published: `concord vectors drain`",
    "rebuilding": "ask again when `concord vectors rebuild` or `drain` has ended",
    "damaged": "build the index anew: `concord vectors rebuild`",
    "outdated": "build the index anew: `concord vectors rebuild`",
    "unreachable": "start the Qdrant server, or mend QDRANT_URL",
    "unusable": "install the embedding model that Concord was installed with",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """How the search went (`ok` or a key of `ADVICE`), what to do, and activity ids with their cosine."""

    status: str
    advice: str | None = None
    hits: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Loaded:
    index: ReadableIndex
    embed: Embed


class ActivityAnswers:
    """Answers searches of activities from the index of a home folder; safe to share between threads."""

    def __init__(
        self,
        home: Path,
        environment: Mapping[str, str],
        *,
        new_model: Callable[[], Embed] = PackagedModel,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._home = home
        self._environment = environment
        self._new_model = new_model
        self._retry_seconds = retry_seconds
        self._lock = Lock()
        self._loaded: _Loaded | None = None
        self._embed: Embed | None = None
        self._loading: Thread | None = None
        self._fault: Answer | None = None
        self._retry_at = 0.0

    def nearest(
        self,
        text: str,
        *,
        tenant_id: str,
        kinds: Sequence[str],
        sources: Sequence[str],
        since: datetime | None,
        until: datetime | None,
        limit: int,
    ) -> Answer:
        """Return the activities of a tenant nearest to a text; no sources or kinds are all of them."""
        loaded = self._loaded or self._load_in_background()
        if isinstance(loaded, Answer):
            return loaded
        where = SearchFilter(("activity",), tuple(kinds), tuple(sources), (), since, until)
        try:
            hits = search(
                text, loaded.index, embed=loaded.embed, tenant_id=tenant_id, where=where, limit=limit
            )
        except VectorError as error:
            return self._failed(error)
        return Answer("ok", None, tuple((hit.ref.key, hit.score) for hit in hits))

    def advice(self) -> str | None:
        """Return what to do before activities can be searched, None when they can."""
        fault = self._fault
        return advice(self._home, self._environment) or (fault.advice if fault is not None else None)

    def _load_in_background(self) -> "_Loaded | Answer":
        with self._lock:
            if self._loaded is not None:
                return self._loaded
            is_loading = self._loading is not None and self._loading.is_alive()
            if not is_loading and time.monotonic() >= self._retry_at:
                self._loading = Thread(target=self._load, name="embedding model", daemon=True)
                self._loading.start()
            return self._fault or Answer("warming", ADVICE["warming"])

    def _load(self) -> None:
        """Open the index, then load the model: without the one, the other is of no use."""
        try:
            index = open_place(self._home, self._environment, is_for_searching=True).reading()
            if self._embed is None:
                embed = self._new_model()
                embed(["the first text loads the model"])
                self._embed = embed
        except VectorError as error:
            self._failed(error)
            return
        self._fault = None
        self._loaded = _Loaded(index, self._embed)

    def _failed(self, error: VectorError) -> Answer:
        """Remember what is wrong, and look again later."""
        status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), "damaged")
        if status in ("missing", "damaged", "outdated") and _is_being_built(self._home):
            status = "rebuilding"
        with self._lock:
            self._loaded = None
            self._fault = Answer(status, ADVICE[status])
            self._retry_at = time.monotonic() + self._retry_seconds
            return self._fault


def _is_being_built(home: Path) -> bool:
    """Say whether a process that lives writes a folder of the index."""
    for folder in (home / "vectors").glob(f"{BUILDING}*"):
        number = folder.name.removeprefix(BUILDING)
        try:
            os.kill(int(number), 0)
        except (ProcessLookupError, ValueError):
            continue
        except PermissionError:
            return True
        return True
    return False
