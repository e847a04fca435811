"""The vectors of a home folder put together: its store, the embeddings on disk, the model, the index.

Commands and Dagster's asset go through here, so that both drain the same way.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from context_api.settings import KEY_VARIABLE, URL_VARIABLE
from context_api.store.engine import STORE_FILE, open_store, store_url
from context_api.store.key_check import key_of
from pipelines.vectors.cache import open_cache
from pipelines.vectors.drain import DrainSummary, differences, drain, rebuild
from pipelines.vectors.embedding import MODEL, PackagedModel
from pipelines.vectors.errors import NoStore
from pipelines.vectors.opening import open_place
from pipelines.vectors.outbox import Outbox
from pipelines.vectors.points import PointRef, ref_of
from pipelines.vectors.store_outbox import StoreOutbox
from pipelines.vectors.store_texts import StoreTexts

CACHE_FOLDER = "vectors"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many points the index has, which it lacks, and which it holds beyond the store."""

    points: int
    lacking: frozenset[PointRef]
    beyond: frozenset[PointRef]

    @property
    def is_same(self) -> bool:
        """Whether index and store name the same points."""
        return not self.lacking and not self.beyond


def existing_store(home: Path) -> Engine:
    """Return the store of a home folder, as it is.

    Raises:
        NoStore: nothing was published there yet.
    """
    configured = os.environ.get(URL_VARIABLE)
    if configured is None and not (home / STORE_FILE).is_file():
        raise NoStore(f"there is no store in {home}; publish once with `concord run --home {home}`")
    return open_store(store_url(home, configured))


def follow(home: Path, outbox: Outbox, *, on_progress: Progress = lambda _: None) -> DrainSummary:
    """Apply what is pending in the outbox to the index; as `drain`."""
    place = open_place(home, os.environ)
    with open_cache(home / CACHE_FOLDER, PackagedModel(), model=MODEL) as cache:
        return drain(outbox, place, cache=cache, clock=_now, on_progress=on_progress)


def build_anew(home: Path, live: StoreTexts, *, on_progress: Progress = lambda _: None) -> DrainSummary:
    """Build the index from the store alone; as `rebuild`."""
    place = open_place(home, os.environ)
    with open_cache(home / CACHE_FOLDER, PackagedModel(), model=MODEL) as cache:
        return rebuild(live, place, cache=cache, on_progress=on_progress)


def live_texts(home: Path, engine: Engine) -> StoreTexts:
    """Return the reader of all texts that the index should hold."""
    return StoreTexts(engine, key_of(engine, home, os.environ.get(KEY_VARIABLE)))


def compare(home: Path, engine: Engine) -> Comparison:
    """Compare the index with the visible version; what is pending in the outbox is no difference.

    Raises:
        IndexMissing, IndexDamaged, IndexOutdated, IndexUnreachable: the index cannot be read.
    """
    place = open_place(home, os.environ)
    live = live_texts(home, engine)
    if not place.exists():
        return Comparison(0, frozenset(ref_of(row) for row in live.rows()), frozenset())
    index = place.reading()
    try:
        lacking, beyond = differences(live, index)
        points = index.count()
    finally:
        index.close()
    waiting = StoreOutbox(engine).pending_refs() if lacking or beyond else set()
    return Comparison(points, frozenset(lacking - waiting), frozenset(beyond - waiting))


def _now() -> datetime:
    return datetime.now(tz=UTC)
