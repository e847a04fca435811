from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.vectors.cache import EmbeddingCache
from pipelines.vectors.drain import DrainSummary, differences, drain, rebuild
from pipelines.vectors.errors import IndexMissing
from pipelines.vectors.points import PointRef
from tests.unit.pipelines.vectors.conftest import MemoryOutbox, MemoryPlace, SmallEmbedding

Clock = Callable[[], datetime]


def test_a_drained_index_holds_what_the_store_holds(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, embed: SmallEmbedding, clock: Clock
) -> None:
    for number in range(30):
        outbox.write(f"k{number}", f"text {number % 20}")
    outbox.write("k3", None)
    outbox.write("never embedded", "gone before it was drained")
    outbox.write("never embedded", None)

    done = drain(outbox, memory, cache=cache, clock=clock, rows_a_round=7)

    assert differences(outbox, memory.reading()) == (set(), set())
    assert outbox.count_pending() == 0
    assert done == DrainSummary(rows=33, put=29, removed=2, embedded=20, known=9)
    assert "gone before it was drained" not in embed.texts


def test_what_was_deleted_is_taken_out_and_its_embedding_forgotten(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, embed: SmallEmbedding, clock: Clock
) -> None:
    outbox.write("k1", "one")
    outbox.write("k2", "two")
    drain(outbox, memory, cache=cache, clock=clock)
    outbox.write("k1", None)
    drain(outbox, memory, cache=cache, clock=clock)
    cache.vectors(["one", "two"])

    assert list(memory.reading().refs()) == [PointRef("a", "activity", "k2")]
    assert sorted(embed.texts) == ["one", "one", "two"]


def test_a_drain_with_nothing_pending_writes_nothing(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, clock: Clock
) -> None:
    assert drain(outbox, memory, cache=cache, clock=clock) == DrainSummary()
    assert not memory.exists()


def test_a_changed_text_replaces_the_vector_of_its_point(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, clock: Clock
) -> None:
    outbox.write("k1", "one")
    drain(outbox, memory, cache=cache, clock=clock)
    outbox.write("k1", "two")

    assert drain(outbox, memory, cache=cache, clock=clock).embedded == 1
    assert memory.reading().count() == 1


def test_pending_rows_do_not_make_an_index_with_holes(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, clock: Clock
) -> None:
    outbox.write("k1", "one")
    drain(outbox, MemoryPlace(), cache=cache, clock=clock)
    outbox.write("k2", "two")

    with pytest.raises(IndexMissing, match="concord vectors rebuild"):
        drain(outbox, memory, cache=cache, clock=clock)
    assert outbox.count_pending() == 1


def test_a_rebuild_gives_the_same_points_and_embeds_nothing_again(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, clock: Clock
) -> None:
    for number in range(20):
        outbox.write(f"k{number}", f"text {number}")
    outbox.write("k3", None)
    drain(outbox, memory, cache=cache, clock=clock)
    told: list[int] = []

    done = rebuild(outbox, memory, cache=cache, on_progress=told.append)

    assert done == DrainSummary(rows=19, put=19, embedded=0, known=19)
    assert differences(outbox, memory.reading()) == (set(), set())
    assert sum(told) == 19


def test_progress_counts_every_row(
    outbox: MemoryOutbox, memory: MemoryPlace, cache: EmbeddingCache, clock: Clock
) -> None:
    for text in ("one", "two", None):
        outbox.write("k1", text)
    outbox.write("k2", "three")
    told: list[int] = []

    drain(outbox, memory, cache=cache, clock=clock, on_progress=told.append)

    assert sum(told) == 4


CHANGES = st.tuples(st.sampled_from("abcde"), st.sampled_from(["x", "y", None]))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.lists(CHANGES, min_size=1, max_size=8), min_size=1, max_size=3),
    rows_a_round=st.integers(1, 5),
)
def test_any_course_of_changes_ends_in_what_was_said_last(
    cache: EmbeddingCache,
    clock: Clock,
    steps: list[list[tuple[str, str | None]]],
    rows_a_round: int,
) -> None:
    outbox, memory = MemoryOutbox(), MemoryPlace()
    for changes in steps:
        for key, text in changes:
            outbox.write(key, text)
        drain(outbox, memory, cache=cache, clock=clock, rows_a_round=rows_a_round)

        assert differences(outbox, memory.reading()) == (set(), set())
