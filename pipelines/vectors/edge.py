"""One folder of qdrant-edge as an index; the only file that knows qdrant-edge.

No write-ahead log: a folder that is written belongs to one process and is thrown away if that process
dies, and one that is published is never written again, so that any number of processes may open it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.vectors import index as shape
from pipelines.vectors.errors import IndexDamaged
from pipelines.vectors.index import VectorIndex
from pipelines.vectors.points import Hit, IndexPoint, PointRef, SearchFilter, Vectors, as_utc, hit_of, ref_in

if TYPE_CHECKING:
    import qdrant_edge

SCROLLED_AT_ONCE = 5_000  # points


class EdgeIndex(VectorIndex):
    """An open folder of qdrant-edge."""

    def __init__(self, shard: "qdrant_edge.EdgeShard") -> None:
        self._shard = shard

    @classmethod
    def create(cls, folder: Path, *, dimensions: int) -> "EdgeIndex":
        """Make an empty index in a folder that holds none."""
        import qdrant_edge as edge

        folder.mkdir(parents=True, exist_ok=True)
        shard = edge.EdgeShard.create(
            str(folder),
            edge.EdgeConfig(
                vectors=edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Cosine),
                hnsw_config=edge.HnswIndexConfig(
                    m=shape.GRAPH_EDGES,
                    payload_m=shape.TENANT_GRAPH_EDGES,
                    ef_construct=shape.GRAPH_CANDIDATES,
                    full_scan_threshold=shape.EXACT_KB,
                ),
                optimizers=edge.EdgeOptimizersConfig(
                    default_segment_number=1, indexing_threshold=shape.EXACT_KB
                ),
                wal_enabled=False,
            ),
        )
        create = edge.UpdateOperation.create_field_index
        shard.update(create(shape.TENANT_FIELD, edge.KeywordIndexParams(is_tenant=True)))
        for field in shape.KEYWORD_FIELDS:
            shard.update(create(field, edge.KeywordIndexParams(enable_hnsw=False)))
        shard.update(create(shape.TIME_FIELD, edge.DatetimeIndexParams(enable_hnsw=False)))
        return cls(shard)

    @classmethod
    def load(cls, folder: Path) -> "EdgeIndex":
        """Open a folder.

        Raises:
            IndexDamaged: qdrant-edge cannot read it.
        """
        import qdrant_edge as edge

        try:
            return cls(edge.EdgeShard.load(str(folder)))
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # a torn file makes the extension panic, which is no Exception
            raise IndexDamaged(f"{folder} cannot be opened: {error}") from error

    def put(self, points: Sequence[IndexPoint]) -> None:
        """Insert points, or replace those of the same name."""
        import qdrant_edge as edge

        made = [edge.Point(p.ref.point_id, p.vector.tolist(), dict(p.payload)) for p in points]
        self._shard.update(edge.UpdateOperation.upsert_points(made))

    def remove(self, refs: Sequence[PointRef]) -> None:
        """Take points out."""
        import qdrant_edge as edge

        self._shard.update(edge.UpdateOperation.delete_points([ref.point_id for ref in refs]))

    def nearest(self, vector: Vectors, *, tenant_id: str, where: SearchFilter, limit: int) -> list[Hit]:
        """Return the points of one tenant with the highest cosine, best first."""
        import qdrant_edge as edge

        request = edge.QueryRequest(
            limit=limit,
            query=edge.Query.Nearest(vector.tolist()),
            filter=_filter(tenant_id, where),
            with_payload=True,
            params=edge.SearchParams(hnsw_ef=max(shape.SEARCH_CANDIDATES, limit)),
        )
        return [hit_of(point.payload or {}, point.score) for point in self._shard.query(request)]

    def refs(self) -> Iterator[PointRef]:
        """Yield the name of every point."""
        import qdrant_edge as edge

        offset = None
        while True:
            request = edge.ScrollRequest(offset=offset, limit=SCROLLED_AT_ONCE, with_payload=True)
            records, offset = self._shard.scroll(request)
            yield from (ref_in(record.payload or {}) for record in records)
            if offset is None:
                return

    def count(self) -> int:
        """Return how many points there are."""
        import qdrant_edge as edge

        return int(self._shard.count(edge.CountRequest(exact=True)))

    def settle(self) -> None:
        """Build what searching needs, and write all of it to disk."""
        self._shard.optimize()
        self._shard.flush()

    def close(self) -> None:
        """Let go of the files."""
        self._shard.close()


def _filter(tenant_id: str, where: SearchFilter) -> "qdrant_edge.Filter":
    import qdrant_edge as edge

    must: list[qdrant_edge.ConditionType] = [
        edge.FieldCondition(shape.TENANT_FIELD, match=edge.MatchValue(tenant_id))
    ]
    must += [
        edge.FieldCondition(field, match=edge.MatchAny(values)) for field, values in where.keywords().items()
    ]
    if where.since is not None or where.until is not None:
        since = None if where.since is None else as_utc(where.since)
        until = None if where.until is None else as_utc(where.until)
        must.append(edge.FieldCondition(shape.TIME_FIELD, range=edge.RangeDateTime(gte=since, lt=until)))
    return edge.Filter(must=must)
