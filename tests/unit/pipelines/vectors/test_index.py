"""One set of sentences for both engines: qdrant-edge in a folder, and qdrant-client over its own engine.

The second stands for a server as far as what is asked and answered goes; graphs and tenants' indexes are
the server's own.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from qdrant_client import QdrantClient

from pipelines.vectors.errors import IndexMissing
from pipelines.vectors.index import VectorPlace
from pipelines.vectors.local import LocalPlace
from pipelines.vectors.points import IndexPoint, PointRef, SearchFilter, Vectors
from pipelines.vectors.server import ServerPlace

pytestmark = [
    pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant"),
    pytest.mark.filterwarnings("ignore:Local mode performs exact"),
]
SMALL = 16


@pytest.fixture(params=["local", "server"])
def either_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorPlace]:
    if request.param == "local":
        yield LocalPlace(tmp_path, model="small", dimensions=SMALL)
        return
    client = QdrantClient(":memory:")
    yield ServerPlace(client, home=tmp_path, model="small", dimensions=SMALL)
    client.close()


def unit(seed: int) -> Vectors:
    vector = np.random.default_rng(seed).standard_normal(SMALL).astype(np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def point(key: str, *, tenant_id: str = "a", day: int = 1, source: str = "crm", seed: int = 0) -> IndexPoint:
    return IndexPoint(
        PointRef(tenant_id, "activity", key),
        unit(seed),
        {
            "tenant_id": tenant_id,
            "kind": "activity",
            "key": key,
            "activity_kind": "ticket",
            "source": source,
            "record_ids": [f"{source}:contact:{day}", "crm:company:1"],
            "occurred_at": f"2025-01-{day:02}T00:00:00Z",
        },
    )


def found(place: VectorPlace, where: SearchFilter | None = None, *, tenant_id: str = "a") -> set[str]:
    index = place.reading()
    hits = index.nearest(unit(0), tenant_id=tenant_id, where=where or SearchFilter(), limit=100)
    return {hit.ref.key for hit in hits}


def test_an_index_that_is_not_there_names_the_command_that_builds_it(either_place: VectorPlace) -> None:
    assert not either_place.exists()
    with pytest.raises(IndexMissing, match="concord vectors rebuild"):
        either_place.reading()


def test_putting_and_removing_can_be_repeated(either_place: VectorPlace) -> None:
    for _ in range(2):
        with either_place.changing() as index:
            index.put([point("k1"), point("k2")])
            index.remove([PointRef("a", "activity", "k2"), PointRef("a", "activity", "never there")])

    assert either_place.exists()
    assert either_place.reading().count() == 1
    assert list(either_place.reading().refs()) == [PointRef("a", "activity", "k1")]


def test_the_best_comes_first_with_its_cosine(either_place: VectorPlace) -> None:
    with either_place.changing() as index:
        index.put([point(f"k{seed}", seed=seed) for seed in range(20)])

    hits = either_place.reading().nearest(unit(7), tenant_id="a", where=SearchFilter(), limit=20)

    exact = {f"k{seed}": float(unit(seed) @ unit(7)) for seed in range(20)}
    assert [hit.ref.key for hit in hits] == sorted(exact, key=lambda key: -exact[key])
    assert [hit.score for hit in hits] == pytest.approx(sorted(exact.values(), reverse=True), abs=1e-5)


FILTERS = {
    "nothing-asked": (SearchFilter(), {"k1", "k2", "k3"}),
    "source": (SearchFilter(sources=("erp",)), {"k3"}),
    "kind": (SearchFilter(kinds=("customer",)), set()),
    "any-of": (SearchFilter(activity_kinds=("ticket", "order")), {"k1", "k2", "k3"}),
    "one-of-its-records": (SearchFilter(record_ids=("crm:contact:2",)), {"k2"}),
    "since": (SearchFilter(since=datetime(2025, 1, 2, tzinfo=UTC)), {"k2", "k3"}),
    "until": (SearchFilter(until=datetime(2025, 1, 2, tzinfo=UTC)), {"k1"}),
    "both": (SearchFilter(sources=("crm",), since=datetime(2025, 1, 2, tzinfo=UTC)), {"k2"}),
}


def test_a_filter_keeps_what_satisfies_all_of_it(either_place: VectorPlace) -> None:
    with either_place.changing() as index:
        index.put([point("k1"), point("k2", day=2), point("k3", day=3, source="erp")])
        index.put([point("foreign", tenant_id="b")])

    kept = {name: found(either_place, where) for name, (where, _) in FILTERS.items()}

    assert kept == {name: expected for name, (_, expected) in FILTERS.items()}


def test_a_rebuild_leaves_nothing_of_before(either_place: VectorPlace) -> None:
    with either_place.changing() as index:
        index.put([point("k1")])
    with either_place.rebuilding() as index:
        index.put([point("k2")])
        assert found(either_place) == {"k1"}

    assert found(either_place) == {"k2"}


def test_a_rebuild_that_breaks_off_changes_nothing(either_place: VectorPlace) -> None:
    with either_place.changing() as index:
        index.put([point("k1")])
    with pytest.raises(AttributeError), either_place.rebuilding() as index:
        index.put([point("k2"), None])  # type: ignore[list-item]  # what breaks it off

    assert found(either_place) == {"k1"}
