"""The port to an index of vectors: the same points and answers on a laptop and on a Qdrant server.

- **local** (`pipelines/vectors/local.py`): qdrant-edge inside the process, one folder per finished drain.
  It is used at every size: qdrant-client's own local mode scans every point in Python (over 100 ms at 10,000;
  benchmarks/vectors.py), qdrant-edge answers in milliseconds at either size, and a second
  engine would be a second set of faults.
- **server** (`pipelines/vectors/server.py`): a Qdrant server, named by `QDRANT_URL`.

Every search names its tenant, and the tenant is an index of its own in both engines: without it a filtered
search loses more than half of what it should find, in silence.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

from pipelines.vectors.points import Hit, IndexPoint, PointRef, SearchFilter, Vectors

TENANT_FIELD = "tenant_id"
KEYWORD_FIELDS = ("kind", "activity_kind", "source", "record_ids")
TIME_FIELD = "occurred_at"

# One graph per tenant, none over all and none per value of the other fields: no search crosses tenants,
# and each graph more takes as long to build again (25,000 points: 10 s, 187 s with one for each field).
# `EXACT_KB` is what a tenant may hold before it gets a graph: 160 MB are 106,000 vectors, compared one by
# one in about the time that embedding the question takes, with nothing missed. A graph takes long to build
# and misses what lies apart: of 40,000 random vectors of one tenant it finds three in four.
GRAPH_EDGES = 0
TENANT_GRAPH_EDGES = 16
GRAPH_CANDIDATES = 128  # looked at while a point is put into a graph
SEARCH_CANDIDATES = 512  # looked at while a graph is searched; recall@10 over .95 on clustered vectors
EXACT_KB = 160_000


class ReadableIndex(ABC):
    """An open index, for searching."""

    @abstractmethod
    def nearest(self, vector: Vectors, *, tenant_id: str, where: SearchFilter, limit: int) -> list[Hit]:
        """Return the points of one tenant with the highest cosine, best first."""

    @abstractmethod
    def refs(self) -> Iterator[PointRef]:
        """Yield the name of every point, in no order."""

    @abstractmethod
    def count(self) -> int:
        """Return how many points there are."""

    @abstractmethod
    def close(self) -> None:
        """Let go of files and connections."""


class VectorIndex(ReadableIndex):
    """An open index that can be changed. Putting and removing can be repeated without effect."""

    @abstractmethod
    def put(self, points: Sequence[IndexPoint]) -> None:
        """Insert points, or replace those of the same name."""

    @abstractmethod
    def remove(self, refs: Sequence[PointRef]) -> None:
        """Take points out; one that is not there is no fault."""


class VectorPlace(ABC):
    """Where an index lives, and how a change to it becomes visible."""

    @abstractmethod
    def exists(self) -> bool:
        """Return whether there is an index to open."""

    @abstractmethod
    def changing(self) -> AbstractContextManager[VectorIndex]:
        """Open the index for changes; they are durable, and seen by readers, once the block has ended.

        An index that is not there yet is made, empty.
        """

    @abstractmethod
    def rebuilding(self) -> AbstractContextManager[VectorIndex]:
        """Open an empty index that takes the place of the present one once the block has ended."""

    @abstractmethod
    def reading(self) -> ReadableIndex:
        """Open what readers should see now.

        Raises:
            IndexMissing, IndexDamaged, IndexOutdated, IndexUnreachable: it cannot be searched.
        """
