"""A Qdrant server as an index; the only file that knows qdrant-client.

The collection is reached by an alias, `concord-<model>`: a rebuild fills a new collection and moves the
alias in one step, so searches see the old one or the new one. Changes are made in place and waited for;
each is idempotent, so a drain that breaks off is simply repeated. One drain at a time, held by the lock
of the home folder (`pipelines/vectors/lock.py`), which all hosts that drain one store have to share.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pipelines.vectors import index as shape
from pipelines.vectors.errors import IndexMissing, IndexUnreachable
from pipelines.vectors.index import VectorIndex, VectorPlace
from pipelines.vectors.lock import drain_lock
from pipelines.vectors.points import Hit, IndexPoint, PointRef, SearchFilter, Vectors, as_utc, hit_of, ref_in

if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client import models as qdrant

SCROLLED_AT_ONCE = 5_000  # points
TIMEOUT_SECONDS = 30  # of a change
SEARCH_TIMEOUT_SECONDS = 1  # beyond it, who asked is better served by an answer without vectors


def connect(url: str, *, api_key: str | None = None, is_for_searching: bool = False) -> "QdrantClient":
    """Return a client of the server at `url`; it connects when it is first used."""
    from qdrant_client import QdrantClient

    timeout = SEARCH_TIMEOUT_SECONDS if is_for_searching else TIMEOUT_SECONDS
    # The check of versions would ask the server now, and warn where it is down.
    return QdrantClient(url=url, api_key=api_key, timeout=timeout, check_compatibility=False)


class ServerPlace(VectorPlace):
    """The collection of one embedding model on a Qdrant server."""

    def __init__(self, client: "QdrantClient", *, home: Path, model: str, dimensions: int) -> None:
        self._client = client
        self._alias = f"concord-{model}"
        self._dimensions = dimensions
        self._home = home

    def exists(self) -> bool:
        """Return whether the alias leads to a collection."""
        return self._collection() is not None

    @contextmanager
    def changing(self) -> Iterator[VectorIndex]:
        """Open the collection, made where it is missing; each change is seen once it is made."""
        with drain_lock(self._home), _told_plainly():
            if self._collection() is None:
                self._move_alias(self._create())
            yield ServerIndex(self._client, self._alias)

    @contextmanager
    def rebuilding(self) -> Iterator[VectorIndex]:
        """Open a new collection; the alias moves to it once the block has ended."""
        with drain_lock(self._home), _told_plainly():
            created = self._create()
            try:
                yield ServerIndex(self._client, created)
            except BaseException:
                self._client.delete_collection(created)
                raise
            self._move_alias(created)
            for name in self._others(created):
                self._client.delete_collection(name)

    def reading(self) -> "ServerIndex":
        """Open what the alias leads to.

        Raises:
            IndexMissing: it leads nowhere.
            IndexUnreachable: the server does not answer.
        """
        if not self.exists():
            raise IndexMissing(f"the server has no {self._alias}; run `concord vectors rebuild`")
        return ServerIndex(self._client, self._alias)

    def _collection(self) -> str | None:
        with _told_plainly():
            aliases = self._client.get_aliases().aliases
        return next((a.collection_name for a in aliases if a.alias_name == self._alias), None)

    def _others(self, kept: str) -> list[str]:
        names = (found.name for found in self._client.get_collections().collections)
        return [name for name in names if name.startswith(f"{self._alias}-") and name != kept]

    def _create(self) -> str:
        from qdrant_client import models as qdrant

        name = f"{self._alias}-{uuid4().hex}"
        self._client.create_collection(
            name,
            vectors_config=qdrant.VectorParams(size=self._dimensions, distance=qdrant.Distance.COSINE),
            hnsw_config=qdrant.HnswConfigDiff(
                m=shape.GRAPH_EDGES,
                payload_m=shape.TENANT_GRAPH_EDGES,
                ef_construct=shape.GRAPH_CANDIDATES,
                full_scan_threshold=shape.EXACT_KB,
            ),
        )
        keyword, moment = qdrant.KeywordIndexType.KEYWORD, qdrant.DatetimeIndexType.DATETIME
        other = qdrant.KeywordIndexParams(type=keyword, enable_hnsw=False)
        fields: dict[str, qdrant.KeywordIndexParams | qdrant.DatetimeIndexParams] = {
            shape.TENANT_FIELD: qdrant.KeywordIndexParams(type=keyword, is_tenant=True),
            **dict.fromkeys(shape.KEYWORD_FIELDS, other),
            shape.TIME_FIELD: qdrant.DatetimeIndexParams(type=moment, enable_hnsw=False),
        }
        for field, schema in fields.items():
            self._client.create_payload_index(name, field_name=field, field_schema=schema)
        return name

    def _move_alias(self, collection: str) -> None:
        from qdrant_client import models as qdrant

        operations: list[Any] = []
        if self._collection() is not None:
            operations.append(
                qdrant.DeleteAliasOperation(delete_alias=qdrant.DeleteAlias(alias_name=self._alias))
            )
        created = qdrant.CreateAlias(collection_name=collection, alias_name=self._alias)
        operations.append(qdrant.CreateAliasOperation(create_alias=created))
        self._client.update_collection_aliases(change_aliases_operations=operations)


class ServerIndex(VectorIndex):
    """One collection, by its name or alias."""

    def __init__(self, client: "QdrantClient", collection: str) -> None:
        self._client = client
        self._collection = collection

    def put(self, points: Sequence[IndexPoint]) -> None:
        """Insert points, or replace those of the same name."""
        from qdrant_client import models as qdrant

        made = [
            qdrant.PointStruct(id=str(p.ref.point_id), vector=p.vector.tolist(), payload=dict(p.payload))
            for p in points
        ]
        with _told_plainly():
            self._client.upsert(self._collection, made, wait=True)

    def remove(self, refs: Sequence[PointRef]) -> None:
        """Take points out."""
        with _told_plainly():
            self._client.delete(self._collection, [str(ref.point_id) for ref in refs], wait=True)

    def nearest(self, vector: Vectors, *, tenant_id: str, where: SearchFilter, limit: int) -> list[Hit]:
        """Return the points of one tenant with the highest cosine, best first."""
        from qdrant_client import models as qdrant

        with _told_plainly():
            found = self._client.query_points(
                self._collection,
                query=vector.tolist(),
                query_filter=_filter(tenant_id, where),
                search_params=qdrant.SearchParams(hnsw_ef=max(shape.SEARCH_CANDIDATES, limit)),
                limit=limit,
                with_payload=True,
            )
        return [hit_of(point.payload or {}, point.score) for point in found.points]

    def refs(self) -> Iterator[PointRef]:
        """Yield the name of every point."""
        offset = None
        while True:
            with _told_plainly():
                records, offset = self._client.scroll(
                    self._collection, limit=SCROLLED_AT_ONCE, offset=offset, with_payload=True
                )
            yield from (ref_in(record.payload or {}) for record in records)
            if offset is None:
                return

    def count(self) -> int:
        """Return how many points there are."""
        with _told_plainly():
            return self._client.count(self._collection, exact=True).count

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()


def _filter(tenant_id: str, where: SearchFilter) -> "qdrant.Filter":
    from qdrant_client import models as qdrant

    must: list[Any] = [
        qdrant.FieldCondition(key=shape.TENANT_FIELD, match=qdrant.MatchValue(value=tenant_id))
    ]
    must += [
        qdrant.FieldCondition(key=field, match=qdrant.MatchAny(any=values))
        for field, values in where.keywords().items()
    ]
    if where.since is not None or where.until is not None:
        span: dict[str, Any] = {
            "gte": None if where.since is None else as_utc(where.since),
            "lt": None if where.until is None else as_utc(where.until),
        }
        must.append(qdrant.FieldCondition(key=shape.TIME_FIELD, range=qdrant.DatetimeRange(**span)))
    return qdrant.Filter(must=must)


@contextmanager
def _told_plainly() -> Iterator[None]:
    from qdrant_client.common.client_exceptions import QdrantException
    from qdrant_client.http.exceptions import ApiException

    try:
        yield
    except (ApiException, QdrantException) as error:
        message = f"the Qdrant server at QDRANT_URL does not answer as it should ({error})"
        raise IndexUnreachable(f"{message}; nothing is lost, drain again once it does") from error
