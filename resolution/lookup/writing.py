"""Writes the match snapshot: all that one record is matched with, as it was in the batch.

Sections, by party type (`person/…`, `organization/…`); a record's number is its place in the order of ids:

    records              what pairs are scored by, one row per record (Arrow)
    keys/<rule>          the keys of a blocking rule in order, as DuckDB hashes them; with `numbers/<rule>`
    stops/<rule>         the keys of values that too many records share, in order
    frequencies/<column> term frequencies by value (Arrow, in order of values)
    words                weights of words of names (Arrow, in order of words)
    links/…              kept links of each record: `starts`, then `others`, `weights`, `flags`
    nicknames            given names and what they may stand for (Arrow); for all types

The head holds the rest of the model and the query that scores, the very text that a batch runs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from resolution.domain.attributes import PartyType
from resolution.lookup.container import ContainerWriter
from resolution.lookup.layout import (
    BATCH,
    DECIDED_MATCH,
    DECIDED_NO_MATCH,
    FORMAT,
    JOINS,
    STRICT,
    VETOED,
)
from resolution.matching import scoring
from resolution.matching.engine import KEY_PREFIX
from resolution.matching.features import nickname_table
from resolution.matching.model import PartyModel, ResolutionModel, TermFrequencies, to_json

PAIRS = "(match_key VARCHAR, join_key_l VARCHAR, join_key_r VARCHAR)"

_LINKS = f"""
with both_ways as (
    select a.n as record, b.n as other, k.* from links k
    join snapshot_rows a on a.record_id = k.record_id_l join snapshot_rows b on b.record_id = k.record_id_r
    union all
    select b.n, a.n, k.* from links k
    join snapshot_rows a on a.record_id = k.record_id_l join snapshot_rows b on b.record_id = k.record_id_r
)
select record, other, match_weight as weight,
    if(band = 'match', {JOINS}, 0) + if(method = 'deterministic', {STRICT}, 0)
        + if(veto is not null, {VETOED}, 0)
        + if(method = 'steward' and band = 'match', {DECIDED_MATCH}, 0)
        + if(method = 'steward' and band <> 'match', {DECIDED_NO_MATCH}, 0) as flags
from both_ways order by record, other
"""


def write_match_snapshot(
    connection: duckdb.DuckDBPyConnection, path: Path, *, model: ResolutionModel, made_of: str = ""
) -> None:
    """Write the file `path` from the tables `match_<type>` and `links` of the current schema.

    `made_of` is kept in the head: by it a writer knows whether the same would be written again.
    """
    there = _tables(connection)
    with path.open("wb") as file:
        writer = ContainerWriter(file)
        _write_table(writer, "nicknames", nickname_table())
        scored = {}
        for party_type in PartyType:
            party = model.parties.get(party_type.value)
            table = f"match_{party_type.value}"
            if party is None or not party.comparisons or table not in there:
                continue
            scored[party_type.value] = _Party(connection, writer, party_type, party).write(
                has_links="links" in there
            )
        writer.finish({**_head(model, scored), "made_of": made_of})


def _tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select table_name from duckdb_tables() where schema_name = current_schema()"
        " and database_name = current_database()"
    ).fetchall()
    return {name for (name,) in rows}


def _head(model: ResolutionModel, scored: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    small = replace(
        model, parties={n: _without_values(p) for n, p in model.parties.items()}, shared_values={}
    )
    document = to_json(small)
    del document["model_id"]
    return {
        "format": FORMAT,
        "duckdb": version("duckdb"),
        "model_id": model.model_id,
        "model": document,
        "parties": scored,
    }


def _without_values(party: PartyModel) -> PartyModel:
    """Return a party model without what has sections of its own."""
    return replace(
        party,
        word_weights={},
        blocking_rules=tuple(replace(rule, stop_values=()) for rule in party.blocking_rules),
        term_frequencies={
            column: TermFrequencies({}, known.default, known.reference, known.agreement)
            for column, known in party.term_frequencies.items()
        },
    )


class _Party:
    """The sections of one party type."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        writer: ContainerWriter,
        party_type: PartyType,
        model: PartyModel,
    ) -> None:
        self.connection, self.writer, self.party_type, self.model = connection, writer, party_type, model
        self.table, self.name = f"match_{party_type.value}", party_type.value

    def write(self, *, has_links: bool) -> dict[str, Any]:
        """Write all sections; return what the head says of the party type."""
        query = self._query()
        columns = self._compared(query)
        known = {row[0] for row in self.connection.execute(f"describe {self.table}").fetchall()}
        keys = [rule.name for rule in self.model.blocking_rules if KEY_PREFIX + rule.name in known]
        listed = "".join(f", {KEY_PREFIX}{name}" for name in keys)
        self.connection.execute(
            "create or replace temp table snapshot_rows as"
            f" select row_number() over (order by record_id) - 1 as n, record_id{listed} from {self.table}"
        )
        self._write_records(columns)
        for name in keys:
            self._write_keys(name)
        self._write_values()
        if has_links:
            self._write_links()
        (count,) = self.connection.execute("select count(*) from snapshot_rows").fetchone() or (0,)
        self.connection.execute("drop table snapshot_rows")
        return {"query": query, "records": count, "keys": keys}

    def _query(self) -> str:
        self.connection.execute(f"create or replace temp table given_pairs {PAIRS}")
        query = scoring.links_sql(
            self.connection, self.table, pairs="given_pairs", party_type=self.party_type, model=self.model
        )
        self.connection.execute("drop table given_pairs")
        return query

    def _compared(self, query: str) -> list[str]:
        """Return the columns that scoring reads, and those that clustering and meaning do."""
        columns = [row[0] for row in self.connection.execute(f"describe {self.table}").fetchall()]
        always = {"record_id", "source", "org_name"}
        return [c for c in columns if c in always or re.search(rf'"[lr]"\."{c}"|\b[lr]\.{c}\b', query)]

    def _write_records(self, columns: list[str]) -> None:
        reader = self.connection.execute(
            f"select {', '.join(columns)} from {self.table} order by record_id"
        ).to_arrow_reader(BATCH)
        with (
            self.writer.section(f"{self.name}/records") as section,
            pa.ipc.new_stream(pa.PythonFile(section, "w"), reader.schema) as stream,
        ):
            for batch in _batches(reader):
                stream.write_batch(batch)

    def _write_keys(self, rule: str) -> None:
        key = KEY_PREFIX + rule
        found = self.connection.execute(
            f"select {key} as key, n from snapshot_rows where {key} is not null order by key, n"
        ).fetchnumpy()
        self._write_numbers(f"keys/{rule}", np.asarray(found["key"], dtype=np.uint64))
        self._write_numbers(f"numbers/{rule}", np.asarray(found["n"], dtype=np.uint32))

    def _write_values(self) -> None:
        for rule in self.model.blocking_rules:
            if rule.stop_values:
                hashed = self.connection.execute(
                    "select hash(value) as key from (select unnest($1::varchar[]) as value) order by key",
                    [list(rule.stop_values)],
                ).fetchnumpy()
                self._write_numbers(f"stops/{rule.name}", np.asarray(hashed["key"], dtype=np.uint64))
        for column, known in self.model.term_frequencies.items():
            _write_table(self.writer, f"{self.name}/frequencies/{column}", _sorted_values(known.values))
        _write_table(self.writer, f"{self.name}/words", _sorted_values(self.model.word_weights))

    def _write_links(self) -> None:
        found = self.connection.execute(_LINKS).fetchnumpy()
        (count,) = self.connection.execute("select count(*) from snapshot_rows").fetchone() or (0,)
        starts = np.searchsorted(np.asarray(found["record"]), np.arange(count + 1))
        self._write_numbers("links/starts", np.asarray(starts, dtype=np.uint32))
        self._write_numbers("links/others", np.asarray(found["other"], dtype=np.uint32))
        self._write_numbers("links/weights", np.asarray(found["weight"], dtype=np.float64))
        self._write_numbers("links/flags", np.asarray(found["flags"], dtype=np.uint8))

    def _write_numbers(self, name: str, numbers: np.ndarray[Any, Any]) -> None:
        with self.writer.section(f"{self.name}/{name}") as section:
            section.write(np.ascontiguousarray(numbers))


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield the rows in few large batches: a row is then found by one division."""
    for table in _tables_of(reader):
        yield from table.combine_chunks().to_batches()


def _tables_of(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in reader:
        while rows + batch.num_rows >= BATCH:
            taken = BATCH - rows
            yield pa.Table.from_batches([*held, batch.slice(0, taken)])
            batch, held, rows = batch.slice(taken), [], 0
        if batch.num_rows:
            held.append(batch)
            rows += batch.num_rows
    if held:
        yield pa.Table.from_batches(held)


def _sorted_values(values: Mapping[str, float]) -> pa.Table:
    known = sorted(values)
    return pa.table(
        {
            "value": pa.array(known, pa.string()),
            "number": pa.array([values[value] for value in known], pa.float64()),
        }
    )


def _write_table(writer: ContainerWriter, name: str, table: pa.Table) -> None:
    with (
        writer.section(name) as section,
        pa.ipc.new_stream(pa.PythonFile(section, "w"), table.schema) as stream,
    ):
        stream.write_table(table.combine_chunks())
