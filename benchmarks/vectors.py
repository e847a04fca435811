"""Search by meaning within one tenant: our local index beside exact numpy and qdrant-client's local mode.

    python -m benchmarks.vectors [--points 10000 100000] [--tenants 20] [--searches 300]

Random unit vectors of 384 dimensions: nothing is nearer than chance makes it, which no embedding of real
texts is, so what a graph finds of them is the least that it will find. Each search asks one tenant for its
ten nearest; exact search over that tenant's rows is the truth, and its time the floor. Prints one line of
JSON per engine and size: seconds to build, milliseconds p50 and p99, recall@10, foreign points (must be 0).
"""

import argparse
import json
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipelines.vectors.index import ReadableIndex, VectorIndex
from pipelines.vectors.local import LocalPlace
from pipelines.vectors.points import IndexPoint, PointRef, SearchFilter, Vectors
from pipelines.vectors.server import ServerPlace

DIMENSIONS = 384
NEAREST = 10
PUT_AT_ONCE = 1_000
MOST_FOR_CLIENT = 10_000  # points: its local mode compares in Python and takes minutes beyond

Search = Callable[[str, Vectors], Sequence[PointRef]]


@dataclass(frozen=True, slots=True)
class World:
    """Vectors and whose they are; a point's key is its position."""

    vectors: Vectors
    tenants: Sequence[str]
    asked: Vectors
    own: dict[str, tuple[Sequence[int], Vectors]]

    @classmethod
    def random(cls, points: int, *, tenants: int, searches: int) -> "World":
        rng = np.random.default_rng(19)
        vectors, asked = _unit(rng, points), _unit(rng, searches)
        owners = rng.integers(0, tenants, points)
        own: dict[str, tuple[Sequence[int], Vectors]] = {}
        for number in range(tenants):
            rows = np.flatnonzero(owners == number)
            own[f"tenant-{number}"] = (rows.tolist(), vectors[rows])
        return cls(vectors, [f"tenant-{number}" for number in owners], asked, own)

    def exact(self, tenant_id: str, vector: Vectors) -> list[PointRef]:
        """Return the ten nearest of a tenant by comparing all of them."""
        rows, vectors = self.own[tenant_id]
        cosines = vectors @ vector
        best = np.argpartition(-cosines, NEAREST)[:NEAREST]
        return [PointRef(tenant_id, "activity", str(rows[i])) for i in best[np.argsort(-cosines[best])]]

    def points(self) -> Iterator[list[IndexPoint]]:
        """Yield the points in batches."""
        for first in range(0, len(self.tenants), PUT_AT_ONCE):
            keys = range(first, min(first + PUT_AT_ONCE, len(self.tenants)))
            yield [self._point(key) for key in keys]

    def _point(self, key: int) -> IndexPoint:
        ref = PointRef(self.tenants[key], "activity", str(key))
        payload = {"tenant_id": ref.tenant_id, "kind": ref.kind, "key": ref.key, "source": "crm"}
        return IndexPoint(ref, self.vectors[key], payload)


def measure(world: World, search: Search) -> dict[str, float]:
    """Return milliseconds and recall of one search each for all that is asked."""
    tenants = list(world.own)
    seconds, recalled, foreign = [], 0, 0
    for number, vector in enumerate(world.asked):
        tenant_id = tenants[number % len(tenants)]
        started = time.perf_counter()
        found = search(tenant_id, vector)
        seconds.append(time.perf_counter() - started)
        recalled += len(set(found) & set(world.exact(tenant_id, vector)))
        foreign += sum(ref.tenant_id != tenant_id for ref in found)
    return {
        "p50_ms": round(float(np.percentile(seconds, 50)) * 1000, 3),
        "p99_ms": round(float(np.percentile(seconds, 99)) * 1000, 3),
        "recall_at_10": round(recalled / (NEAREST * len(world.asked)), 4),
        "foreign": foreign,
    }


def compare(world: World, *, with_client: bool) -> Iterator[dict[str, object]]:
    """Yield the figures of each engine."""
    size = {"points": len(world.tenants), "tenants": len(world.own)}
    yield {"engine": "exact numpy", **size, **measure(world, world.exact)}
    engines = [("concord local", _local)] + ([("qdrant-client local", _client)] if with_client else [])
    for name, built in engines:
        started = time.perf_counter()
        with built(world) as index:
            seconds = round(time.perf_counter() - started, 1)
            yield {"engine": name, **size, "build_s": seconds, **measure(world, _asking(index))}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every size."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.vectors", description="Time filtered searches beside exact ones."
    )
    parser.add_argument("--points", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--tenants", type=int, default=20)
    parser.add_argument("--searches", type=int, default=300)
    options = parser.parse_args(arguments)
    for points in options.points:
        world = World.random(points, tenants=options.tenants, searches=options.searches)
        for figures in compare(world, with_client=points <= MOST_FOR_CLIENT):
            sys.stdout.write(json.dumps(figures) + "\n")
            sys.stdout.flush()
    return 0


@contextmanager
def _local(world: World) -> Iterator[ReadableIndex]:
    with tempfile.TemporaryDirectory() as home:
        place = LocalPlace(Path(home), model="random", dimensions=DIMENSIONS)
        with place.changing() as index:
            _fill(index, world)
        reader = place.reading()
        yield reader
        reader.close()


@contextmanager
def _client(world: World) -> Iterator[ReadableIndex]:
    from qdrant_client import QdrantClient

    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its local mode says of each setting that it has no effect there
        place = ServerPlace(QdrantClient(":memory:"), home=Path(home), model="random", dimensions=DIMENSIONS)
        with place.changing() as index:
            _fill(index, world)
        reader = place.reading()
        yield reader
        reader.close()


def _fill(index: VectorIndex, world: World) -> None:
    for batch in world.points():
        index.put(batch)


def _asking(index: ReadableIndex) -> Search:
    everything = SearchFilter()

    def search(tenant_id: str, vector: Vectors) -> list[PointRef]:
        hits = index.nearest(vector, tenant_id=tenant_id, where=everything, limit=NEAREST)
        return [hit.ref for hit in hits]

    return search


def _unit(rng: np.random.Generator, rows: int) -> Vectors:
    vectors = rng.standard_normal((rows, DIMENSIONS)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


if __name__ == "__main__":
    sys.exit(main())
