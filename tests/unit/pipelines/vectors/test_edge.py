"""S19: with a tenant's filter, search finds what exact search finds, and nothing of anybody else."""

from pathlib import Path

import numpy as np
import pytest

from pipelines.vectors import index as shape
from pipelines.vectors.edge import EdgeIndex
from pipelines.vectors.points import IndexPoint, PointRef, SearchFilter

DIMENSIONS = 64
TENANTS = {"small": 300, "large": 1_700}
KINDS = ("email", "ticket")
SEARCHES = 100


@pytest.mark.parametrize("exact_kb", [shape.EXACT_KB, 100], ids=["compared-one-by-one", "by-graph"])
def test_a_filtered_search_equals_an_exact_filtered_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_kb: int
) -> None:
    monkeypatch.setattr(shape, "EXACT_KB", exact_kb)
    rng = np.random.default_rng(19)
    owners = rng.permutation(np.repeat(list(TENANTS), list(TENANTS.values())))
    kinds = rng.choice(KINDS, len(owners))
    vectors = rng.standard_normal((len(owners), DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = EdgeIndex.create(tmp_path / "shard", dimensions=DIMENSIONS)
    index.put(
        [
            IndexPoint(
                PointRef(str(owner), "activity", str(i)),
                vectors[i],
                {"tenant_id": str(owner), "kind": "activity", "key": str(i), "activity_kind": str(kind)},
            )
            for i, (owner, kind) in enumerate(zip(owners, kinds, strict=True))
        ]
    )
    index.settle()

    recalled = foreign = 0
    for number in range(SEARCHES):
        tenant_id, kind = list(TENANTS)[number % 2], KINDS[number // 2 % 2]
        asked = rng.standard_normal(DIMENSIONS).astype(np.float32)
        own = np.flatnonzero((owners == tenant_id) & (kinds == kind))
        best = {str(i) for i in own[np.argsort(-(vectors[own] @ asked))[:10]]}
        where = SearchFilter(activity_kinds=(kind,))
        hits = index.nearest(asked, tenant_id=tenant_id, where=where, limit=10)
        recalled += len(best & {hit.ref.key for hit in hits})
        foreign += sum(hit.ref.tenant_id != tenant_id for hit in hits)
    index.close()

    assert foreign == 0
    assert recalled >= 0.95 * 10 * SEARCHES


def test_every_point_is_walked_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.vectors.edge.SCROLLED_AT_ONCE", 7)
    index = EdgeIndex.create(tmp_path / "shard", dimensions=2)
    refs = {PointRef("a", "activity", str(i)) for i in range(20)}
    index.put(
        [
            IndexPoint(r, np.ones(2, dtype=np.float32), {"tenant_id": "a", "kind": "activity", "key": r.key})
            for r in refs
        ]
    )

    walked = list(index.refs())
    index.close()

    assert sorted(walked) == sorted(refs)
