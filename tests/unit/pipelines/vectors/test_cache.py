import sqlite3
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from pipelines.vectors.cache import EMBEDDED_AT_ONCE, EmbeddingCache, open_cache, text_hash
from pipelines.vectors.errors import CacheDamaged
from pipelines.vectors.points import Vectors
from tests.unit.pipelines.vectors.conftest import SmallEmbedding

ONE, TWO = UUID(int=1), UUID(int=2)


def kept(folder: Path) -> int:
    with sqlite3.connect(folder / "vectors" / "embeddings.db") as connection:
        return int(connection.execute("select count(*) from embeddings").fetchone()[0])


def test_a_text_is_embedded_once(cache: EmbeddingCache, embed: SmallEmbedding) -> None:
    first = cache.vectors(["b", "a", "b"])
    second = cache.vectors(["a", "b", "c"])

    assert sorted(embed.texts) == ["a", "b", "c"]
    assert (cache.hits, cache.misses) == (2, 3)
    assert np.array_equal(first[0], second[1])
    assert np.array_equal(first[1], second[0])


def test_what_was_embedded_outlives_the_process(tmp_path: Path, embed: SmallEmbedding) -> None:
    for _ in range(2):
        with open_cache(tmp_path, embed, model="small") as cache:
            cache.vectors(["a"])

    assert embed.texts == ["a"]


def test_another_model_embeds_anew(tmp_path: Path, embed: SmallEmbedding) -> None:
    for model in ("small", "other"):
        with open_cache(tmp_path, embed, model=model) as cache:
            cache.vectors(["a"])

    assert embed.texts == ["a", "a"]


def test_what_was_embedded_before_a_crash_is_kept(tmp_path: Path, embed: SmallEmbedding) -> None:
    def dies_at_the_second_batch(texts: Sequence[str]) -> Vectors:
        if embed.texts:
            raise KeyboardInterrupt
        return embed(texts)

    texts = [f"text {i:04}" for i in range(EMBEDDED_AT_ONCE + 1)]
    with (
        pytest.raises(KeyboardInterrupt),
        open_cache(tmp_path, dies_at_the_second_batch, model="small") as cache,
    ):
        cache.vectors(texts)
    with open_cache(tmp_path, embed, model="small") as cache:
        cache.vectors(texts)

    assert sorted(embed.texts) == texts


def test_a_text_is_forgotten_with_the_last_point_that_has_it(cache: EmbeddingCache, tmp_path: Path) -> None:
    cache.vectors(["a"])
    cache.note_uses([(ONE, "a"), (TWO, "a")])

    cache.release([ONE])
    assert kept(tmp_path) == 1
    cache.release([TWO])
    assert kept(tmp_path) == 0


def test_a_former_text_is_forgotten(cache: EmbeddingCache, tmp_path: Path) -> None:
    cache.vectors(["a", "b"])
    cache.note_uses([(ONE, "a")])

    cache.note_uses([(ONE, "b")])

    assert kept(tmp_path) == 1


def test_only_what_is_in_use_is_kept(cache: EmbeddingCache, tmp_path: Path) -> None:
    cache.vectors(["a", "b", "left over by a crash"])
    cache.note_uses([(ONE, "a"), (TWO, "b")])

    cache.keep_only(iter([TWO]))

    assert kept(tmp_path) == 1


def test_neither_a_text_nor_a_forgotten_vector_stays_in_the_file(
    tmp_path: Path, embed: SmallEmbedding
) -> None:
    with open_cache(tmp_path, embed, model="small") as cache:
        vector = cache.vectors(["Ada Lovelace"])[0].tobytes()
        cache.note_uses([(ONE, "Ada Lovelace")])
    before = (tmp_path / "embeddings.db").read_bytes()
    with open_cache(tmp_path, embed, model="small") as cache:
        cache.release([ONE])
    after = (tmp_path / "embeddings.db").read_bytes()

    assert b"Lovelace" not in before
    assert vector in before
    assert vector not in after


def test_a_damaged_file_is_named(tmp_path: Path, embed: SmallEmbedding) -> None:
    (tmp_path / "embeddings.db").write_bytes(b"no database at all" * 100)

    with (
        pytest.raises(CacheDamaged, match=r"embeddings\.db .* delete it"),
        open_cache(tmp_path, embed, model="small"),
    ):
        pass


def test_texts_are_known_by_their_sha256() -> None:
    assert text_hash("abc").hex().startswith("ba7816bf8f01cfea414140de5dae2223")
