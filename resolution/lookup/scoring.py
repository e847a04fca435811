"""Scores given records against candidates by the query of the batch, prepared once per thread.

DuckDB plans that query for tens of milliseconds and runs it in a few. So each thread keeps a connection on
which it is prepared; the rows come by Arrow streams that the query reads anew each time.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from resolution.domain.attributes import PartyType
from resolution.lookup.snapshot import PartySnapshot

PAIRS = pa.schema([("match_key", pa.string()), ("join_key_l", pa.string()), ("join_key_r", pa.string())])
Link = dict[str, Any]
_loading = threading.Lock()
_encoders: list[Any] = []


class _Feed:
    """An Arrow stream whose table can be changed between two runs of a prepared query."""

    def __init__(self, schema: pa.Schema) -> None:
        self.table = pa.Table.from_batches([], schema=schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self.table.schema.__arrow_c_schema__()


class _Session:
    """One thread's connection for one party type."""

    def __init__(self, party_type: PartyType, party: PartySnapshot) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.records, self.pairs = _Feed(party.records.schema), _Feed(PAIRS)
        self.connection.register(f"match_{party_type.value}", self.records)
        self.connection.register("given_pairs", self.pairs)
        # statistics of the rows of now would be built into a plan that serves all rows to come
        self.connection.execute(
            "set disabled_optimizers = 'statistics_propagation,compressed_materialization,in_clause'"
        )
        self.connection.execute(f"prepare score as {party.query}")


class Scorer:
    """Scores pairs of one party type, from any thread."""

    def __init__(self, party_type: PartyType, party: PartySnapshot) -> None:
        self._party_type, self._party = party_type, party
        self._local = threading.local()

    def links(self, records: pa.Table, pairs: Sequence[tuple[int, str, str]]) -> list[Link]:
        """Return the links worth keeping among pairs (position of the rule, record id, record id).

        They are the rows that a batch would add to `links`; ids are put in order here.
        """
        session = self._session()
        session.records.table = records
        session.pairs.table = pa.table(
            {
                "match_key": pa.array([str(rule) for rule, *_ in pairs], pa.string()),
                "join_key_l": pa.array([min(a, b) for _, a, b in pairs], pa.string()),
                "join_key_r": pa.array([max(a, b) for _, a, b in pairs], pa.string()),
            }
        )
        found = session.connection.execute("execute score").to_arrow_table()
        if self._party.model.semantic is not None:
            found = self._with_meaning(found, records)
        return list(found.to_pylist())

    def _session(self) -> _Session:
        session: _Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = _Session(self._party_type, self._party)
        return session

    def _with_meaning(self, found: pa.Table, records: pa.Table) -> pa.Table:
        """Compare undecided names by meaning, as the batch does after scoring."""
        from resolution.matching import scoring as batch  # Splink and the embedding model come along
        from resolution.matching import semantic
        from resolution.matching.name_vectors import NameVectors

        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("found", found)
            connection.register("organizations", records)
            batch.create_links(connection, [c.name for c in self._party.model.comparisons])
            connection.execute("insert into links by name from found")
            vectors = NameVectors(_loaded_encoder)
            semantic.add_meaning(connection, "organizations", model=self._party.model, vectors=vectors)
            return connection.execute("from links").to_arrow_table()


def _loaded_encoder() -> Any:
    """Return the embedding model, loaded once a process."""
    from resolution.matching.name_vectors import load_encoder

    with _loading:
        if not _encoders:
            _encoders.append(load_encoder())
        return _encoders[0]


def rows_of(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Return prepared rows as the Arrow table that scoring reads."""
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in schema.names} for row in rows], schema=schema
    )
