from collections.abc import Callable
from datetime import datetime

import pytest

from pipelines.vectors.cache import EmbeddingCache
from pipelines.vectors.drain import drain
from pipelines.vectors.points import PointRef
from pipelines.vectors.search import search
from tests.unit.pipelines.vectors.conftest import MemoryOutbox, MemoryPlace, SmallEmbedding


def test_a_search_finds_the_text_of_its_own_tenant(
    outbox: MemoryOutbox,
    memory: MemoryPlace,
    cache: EmbeddingCache,
    embed: SmallEmbedding,
    clock: Callable[[], datetime],
) -> None:
    for tenant_id in ("a", "b"):
        outbox.write("k1", "the invoice was paid twice", tenant_id=tenant_id)
        outbox.write("k2", "the printer is out of paper", tenant_id=tenant_id)
    drain(outbox, memory, cache=cache, clock=clock)
    text, index = "the invoice was paid twice", memory.reading()

    hits = search(text, index, embed=embed, tenant_id="b", limit=2)

    assert [hit.ref for hit in hits] == [PointRef("b", "activity", "k1"), PointRef("b", "activity", "k2")]
    assert hits[0].score == pytest.approx(1, abs=1e-4)
    assert hits[0].record_ids == ("crm:contact:1",)
    assert search(" ", index, embed=embed, tenant_id="b") == []
    assert search(text, index, embed=embed, tenant_id="c") == []
