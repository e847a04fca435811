"""The index follows the store: pending rows in order, each applied before it is marked as done.

Killed at any moment, a drain leaves either the index as it was and all rows pending, or an index that
shows rows that are still pending; applying those again changes nothing. A row that a later pending row
overtakes is never applied, so nothing that was deleted shows for a moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from pipelines.vectors.cache import EmbeddingCache
from pipelines.vectors.errors import IndexMissing
from pipelines.vectors.index import ReadableIndex, VectorIndex, VectorPlace
from pipelines.vectors.outbox import LiveTexts, Outbox, OutboxRow
from pipelines.vectors.points import IndexPoint, PointRef, payload_of, ref_of

ROWS_A_ROUND = 20_000  # rows between two publications; what is held in memory, and what a crash repeats
POINTS_AT_ONCE = 512  # points in one call of the index

Item = TypeVar("Item")
Progress = Callable[[int], None]  # told how many rows were dealt with since it was last told


@dataclass(frozen=True, slots=True)
class DrainSummary:
    """What a drain or rebuild did; `embedded` are texts that the model saw, `known` those it did not."""

    rows: int = 0
    put: int = 0
    removed: int = 0
    embedded: int = 0
    known: int = 0


def drain(
    outbox: Outbox,
    place: VectorPlace,
    *,
    cache: EmbeddingCache,
    clock: Callable[[], datetime],
    rows_a_round: int = ROWS_A_ROUND,
    on_progress: Progress = lambda _: None,
) -> DrainSummary:
    """Apply all pending rows and mark them as done; with none pending, nothing is written.

    Raises:
        IndexMissing: rows were applied earlier, and the index that showed them is gone: what is pending
            alone would make an index with holes.
        IndexDamaged, IndexOutdated, IndexUnreachable, DrainBusy: the index cannot be changed; what is
            pending stays so.
    """
    rows = put = removed = 0
    hits, misses = cache.hits, cache.misses
    while found := outbox.pending(limit=rows_a_round):
        if not place.exists() and outbox.has_done():
            raise IndexMissing("the vectors of earlier versions are gone; run `concord vectors rebuild`")
        latest = [row for row in found if row.is_latest]
        gone = [ref_of(row) for row in latest if row.text is None]
        on_progress(len(found) - len(latest) + len(gone))
        with place.changing() as index:
            put += _put(latest, index, cache=cache, on_progress=on_progress)
            for refs in _batches(gone, POINTS_AT_ONCE):
                index.remove(refs)
        outbox.mark_done(found, at=clock())
        cache.release([ref.point_id for ref in gone])
        rows += len(found)
        removed += len(gone)
    return DrainSummary(rows, put, removed, cache.misses - misses, cache.hits - hits)


def rebuild(
    live: LiveTexts,
    place: VectorPlace,
    *,
    cache: EmbeddingCache,
    on_progress: Progress = lambda _: None,
) -> DrainSummary:
    """Make the index anew from the store, and forget all that the store no longer holds.

    Rows that are pending stay so: applying them afterwards changes nothing that this did not see.
    """
    hits, misses = cache.hits, cache.misses
    with place.rebuilding() as index:
        put = _put(live.rows(), index, cache=cache, on_progress=on_progress)
        cache.keep_only(ref.point_id for ref in index.refs())
    return DrainSummary(put, put, 0, cache.misses - misses, cache.hits - hits)


def differences(live: LiveTexts, index: ReadableIndex) -> tuple[set[PointRef], set[PointRef]]:
    """Return what the index lacks and what it holds beyond the store; both empty after a drain."""
    wanted = {ref_of(row) for row in live.rows()}
    held = set(index.refs())
    return wanted - held, held - wanted


def _put(
    rows: Iterable[OutboxRow], index: VectorIndex, *, cache: EmbeddingCache, on_progress: Progress
) -> int:
    put = 0
    for batch in _batches((row for row in rows if row.text is not None), POINTS_AT_ONCE):
        texts = [row.text or "" for row in batch]
        vectors = cache.vectors(texts)
        refs = [ref_of(row) for row in batch]
        cache.note_uses([(ref.point_id, text) for ref, text in zip(refs, texts, strict=True)])
        index.put(
            [
                IndexPoint(ref, vector, payload_of(row))
                for ref, vector, row in zip(refs, vectors, batch, strict=True)
            ]
        )
        put += len(batch)
        on_progress(len(batch))
    return put


def _batches(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    walked = iter(items)
    while batch := list(islice(walked, size)):
        yield batch
