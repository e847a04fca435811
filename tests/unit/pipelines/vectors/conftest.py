"""A small embedding of texts, an outbox in memory, and an index in a folder."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipelines.vectors.cache import EmbeddingCache, open_cache
from pipelines.vectors.index import VectorIndex, VectorPlace
from pipelines.vectors.local import LocalPlace
from pipelines.vectors.outbox import LiveTexts, Outbox, OutboxRow
from pipelines.vectors.points import Hit, IndexPoint, PointRef, SearchFilter, Vectors, hit_of

SMALL = 16  # dimensions
NOW = datetime(2026, 1, 2, tzinfo=UTC)


class SmallEmbedding:
    """A unit vector per text by its hash; `texts` are those it was asked for."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(SMALL).astype(np.float32)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class MemoryOutbox(Outbox, LiveTexts):
    """An outbox, and the store behind it: what each key said last."""

    def __init__(self) -> None:
        self.written: list[OutboxRow] = []
        self.done: set[int] = set()

    def write(self, key: str, text: str | None, *, tenant_id: str = "a", kind: str = "activity") -> None:
        payload = {"source": "crm", "record_ids": ["crm:contact:1"], "kind": "ticket"}
        self.written.append(OutboxRow(tenant_id, len(self.written) + 1, kind, key, text, payload))

    def count_pending(self) -> int:
        return len(self.written) - len(self.done)

    def has_done(self) -> bool:
        return bool(self.done)

    def pending(self, *, limit: int) -> Sequence[OutboxRow]:
        rows = [row for row in self.written if row.sequence not in self.done]
        last = {(row.tenant_id, row.kind, row.key): row.sequence for row in rows}
        return [
            replace(row, is_latest=last[row.tenant_id, row.kind, row.key] == row.sequence)
            for row in rows[:limit]
        ]

    def mark_done(self, rows: Sequence[OutboxRow], *, at: datetime) -> None:
        self.done |= {row.sequence for row in rows}

    def count(self) -> int:
        return len(list(self.rows()))

    def rows(self) -> Iterator[OutboxRow]:
        last = {(row.tenant_id, row.kind, row.key): row for row in self.written}
        return (row for row in last.values() if row.text is not None)


class MemoryIndex(VectorIndex):
    """Points by name; asked by comparing all."""

    def __init__(self) -> None:
        self.points: dict[PointRef, IndexPoint] = {}

    def put(self, points: Sequence[IndexPoint]) -> None:
        self.points |= {point.ref: point for point in points}

    def remove(self, refs: Sequence[PointRef]) -> None:
        for ref in refs:
            self.points.pop(ref, None)

    def nearest(self, vector: Vectors, *, tenant_id: str, where: SearchFilter, limit: int) -> list[Hit]:
        own = [point for point in self.points.values() if point.ref.tenant_id == tenant_id]
        hits = [hit_of(point.payload, float(point.vector @ vector)) for point in own]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def refs(self) -> Iterator[PointRef]:
        return iter(list(self.points))

    def count(self) -> int:
        return len(self.points)

    def close(self) -> None:
        return


class MemoryPlace(VectorPlace):
    """An index in memory whose changes are seen when they are whole."""

    def __init__(self) -> None:
        self.published: MemoryIndex | None = None

    def exists(self) -> bool:
        return self.published is not None

    @contextmanager
    def changing(self) -> Iterator[VectorIndex]:
        index = MemoryIndex()
        index.points = dict(self.published.points) if self.published else {}
        yield index
        self.published = index

    @contextmanager
    def rebuilding(self) -> Iterator[VectorIndex]:
        index = MemoryIndex()
        yield index
        self.published = index

    def reading(self) -> MemoryIndex:
        assert self.published is not None
        return self.published


@pytest.fixture
def memory() -> MemoryPlace:
    return MemoryPlace()


@pytest.fixture
def embed() -> SmallEmbedding:
    return SmallEmbedding()


@pytest.fixture
def outbox() -> MemoryOutbox:
    return MemoryOutbox()


@pytest.fixture
def place(tmp_path: Path) -> LocalPlace:
    return LocalPlace(tmp_path, model="small", dimensions=SMALL)


@pytest.fixture
def cache(tmp_path: Path, embed: SmallEmbedding) -> Iterator[EmbeddingCache]:
    with open_cache(tmp_path / "vectors", embed, model="small") as opened:
        yield opened


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: NOW
