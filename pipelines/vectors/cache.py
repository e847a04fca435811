"""Embeddings on disk by the hash of their text, so that nothing is embedded twice.

`embeddings` has one row per (model, SHA-256 of the text); `uses` says which point has which text now. An
embedding says a good deal about its text, so one that no point uses any more is overwritten with zeros
(`secure_delete`) as soon as the drain has taken its point away. The file holds no text, and can be
deleted without loss: what is missing is embedded again.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import numpy as np

from pipelines.vectors.embedding import Embed
from pipelines.vectors.errors import CacheDamaged
from pipelines.vectors.points import Vectors

FILE = "embeddings.db"
EMBEDDED_AT_ONCE = 256  # texts: what a crash can cost, about a second
ASKED_AT_ONCE = 500  # hashes in one question to SQLite

TABLES = """
create table if not exists embeddings (
    model text not null, text_hash blob not null, vector blob not null, primary key (model, text_hash)
) without rowid;
create table if not exists uses (point_id blob primary key, text_hash blob not null) without rowid;
create index if not exists uses_by_text on uses (text_hash);
"""


class EmbeddingCache:
    """The embeddings of one model; `hits` and `misses` count the distinct texts that were asked for."""

    def __init__(self, connection: sqlite3.Connection, embed: Embed, *, model: str) -> None:
        self._connection = connection
        self._embed = embed
        self._model = model
        self.hits = 0
        self.misses = 0

    def vectors(
        self, texts: Sequence[str], *, on_embedded: Callable[[int], None] = lambda _: None
    ) -> Vectors:
        """Return one vector per text, in their order; each batch of new ones is kept at once."""
        hashes = [text_hash(text) for text in texts]
        known = self._known(sorted(set(hashes)))
        new = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        self.hits += len(known)
        self.misses += len(new)
        # Texts of like length in one batch: the model pads to the longest.
        ordered = sorted(new.items(), key=lambda item: (len(item[1]), item[0]))
        for first in range(0, len(ordered), EMBEDDED_AT_ONCE):
            batch = ordered[first : first + EMBEDDED_AT_ONCE]
            found = np.asarray(self._embed([text for _, text in batch]), dtype=np.float32)
            self._keep([key for key, _ in batch], found)
            known.update(zip((key for key, _ in batch), found, strict=True))
            on_embedded(len(batch))
        return np.stack([known[key] for key in hashes])

    def note_uses(self, points: Sequence[tuple[UUID, str]]) -> None:
        """Say which text each point has now; its former text is forgotten where nothing else has it."""
        named = [(point_id.bytes, text_hash(text)) for point_id, text in points]
        former = self._texts_of([point_id for point_id, _ in named])
        with self._connection:
            self._connection.executemany("insert or replace into uses values (?, ?)", named)
            self._forget(former)

    def release(self, point_ids: Sequence[UUID]) -> None:
        """Say that these points are gone, and forget each text that only they had."""
        named = [point_id.bytes for point_id in point_ids]
        former = self._texts_of(named)
        with self._connection:
            self._connection.executemany("delete from uses where point_id = ?", [(key,) for key in named])
            self._forget(former)

    def keep_only(self, point_ids: Iterator[UUID]) -> None:
        """Forget all that other points used."""
        with self._connection:
            self._connection.execute("create temp table kept (point_id blob primary key) without rowid")
            self._connection.executemany("insert into kept values (?)", ((key.bytes,) for key in point_ids))
            self._connection.execute("delete from uses where point_id not in (select point_id from kept)")
            self._connection.execute(
                "delete from embeddings where text_hash not in (select text_hash from uses)"
            )
            self._connection.execute("drop table kept")

    def _known(self, hashes: Sequence[bytes]) -> dict[bytes, Vectors]:
        known = {}
        for first in range(0, len(hashes), ASKED_AT_ONCE):
            asked = hashes[first : first + ASKED_AT_ONCE]
            marks = ",".join("?" * len(asked))
            statement = f"select text_hash, vector from embeddings where model = ? and text_hash in ({marks})"
            for key, blob in self._connection.execute(statement, [self._model, *asked]):
                known[key] = np.frombuffer(blob, dtype=np.float32)
        return known

    def _keep(self, hashes: Sequence[bytes], vectors: Vectors) -> None:
        rows = [(self._model, key, row.tobytes()) for key, row in zip(hashes, vectors, strict=True)]
        with self._connection:
            self._connection.executemany("insert or replace into embeddings values (?, ?, ?)", rows)

    def _texts_of(self, point_ids: Sequence[bytes]) -> list[tuple[bytes]]:
        question = "select text_hash from uses where point_id = ?"
        found = (self._connection.execute(question, [key]).fetchone() for key in point_ids)
        return sorted({(row[0],) for row in found if row is not None})

    def _forget(self, hashes: Sequence[tuple[bytes]]) -> None:
        self._connection.executemany(
            "delete from embeddings where text_hash = ?1"
            " and not exists (select 1 from uses where text_hash = ?1)",
            hashes,
        )


def text_hash(text: str) -> bytes:
    """Return what a text is known by."""
    return hashlib.sha256(text.encode()).digest()


@contextmanager
def open_cache(folder: Path, embed: Embed, *, model: str) -> Iterator[EmbeddingCache]:
    """Open the embeddings under `folder`, made where they are missing.

    Raises:
        CacheDamaged: the file is no readable database.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma secure_delete = on")
        connection.executescript(TABLES)
        yield EmbeddingCache(connection, embed, model=model)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # a full disk or a lock: the file itself is sound
        message = f"{path} cannot be read ({error}); delete it and drain again: it holds nothing of its own"
        raise CacheDamaged(message) from error
    finally:
        connection.close()
