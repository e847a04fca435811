"""Quarantined rows tried again: under the contract that the source and the warehouse agree on today.

A row that fits now is stored as if it had just been read; where a newer version is there already, that one
stays. A row that still does not fit stays where it is, with today's reason. So does what a connector could
not read as a row at all, a mail without a date, say: it leaves quarantine when the source is read again and
gives the record whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from pipelines.connectors.port import Connector, Row, SourceObject
from pipelines.errors import SchemaFault
from pipelines.sync import quarantine, tables, upsert
from pipelines.sync.contract import SEQUENCE, Contract, agree
from pipelines.sync.engine import Opener, transaction
from pipelines.sync.fitting import fit
from pipelines.sync.quarantine import QuarantinedRow
from pipelines.sync.sources import Source, choose


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one row: taken in, or why not."""

    quarantine_id: str
    reason: str | None


def replay(
    connection: duckdb.DuckDBPyConnection, sources: tuple[Source, ...], *, ids: Sequence[str],
    open_connector: Opener, now: datetime,
) -> list[Replayed]:  # fmt: skip
    """Try the rows named, or all that wait, again.

    Raises:
        UnknownName: an id that no waiting row has, or a source that sources.yml no longer names.
        ConnectorError: the source cannot be asked for its schema of today.
    """
    tables.prepare(connection)
    entries = quarantine.waiting(connection, ids)
    results: list[Replayed] = []
    for name in dict.fromkeys(entry.source for entry in entries):
        (source,) = choose(sources, [name])
        mine = [entry for entry in entries if entry.source == name]
        connector = open_connector(source)
        try:
            results += _replay_source(connection, source, connector=connector, entries=mine, now=now)
        finally:
            connector.close()
    return results


def _replay_source(
    connection: duckdb.DuckDBPyConnection, source: Source, *, connector: Connector,
    entries: Sequence[QuarantinedRow], now: datetime,
) -> list[Replayed]:  # fmt: skip
    objects = {found.name: found for found in connector.discover()}
    results: list[Replayed] = []
    for name in dict.fromkeys(entry.object_name for entry in entries):
        object_ = objects.get(name)
        if not isinstance(object_, SourceObject):
            raise SchemaFault(f"{source.name} has no object {name} that could take the rows")
        known = upsert.known_columns(connection, source.name, object_name=name)
        contract, _ = agree(object_, known, let_go=source.let_go(name))
        columns = known.keys() | contract.types().keys()
        mine = [entry for entry in entries if entry.object_name == name]
        # What names no column of the object was no row of it: only its source, read again, can make it one.
        results += [Replayed(e.quarantine_id, e.reason) for e in mine if e.field not in columns]
        rows = [entry for entry in mine if entry.field in columns]
        with transaction(connection):
            results += _replay_object(connection, source.name, contract=contract, entries=rows, now=now)
    return results


def _replay_object(
    connection: duckdb.DuckDBPyConnection, source: str, *, contract: Contract,
    entries: Sequence[QuarantinedRow], now: datetime,
) -> list[Replayed]:  # fmt: skip
    upsert.make_room(connection, source, contract)
    results: list[Replayed] = []
    for entry in entries:
        fitted = fit(contract, [_filled(entry, contract)])
        bad = list(fitted.bad)
        if not bad:
            numbered = fitted.batch.append_column(SEQUENCE, pa.array([0], pa.int64()))
            connection.register("_replayed", pa.Table.from_batches([numbered]))
            upsert.upsert(
                connection, contract, landed="_replayed",
                table=upsert.raw_table(source, contract.object_.name), load_id="replay", now=now,
            )  # fmt: skip
            bad = quarantine.timeless_rows(connection, contract, landed="_replayed")
            if not bad:
                quarantine.mark_replayed(connection, [entry.quarantine_id], now)
            connection.unregister("_replayed")
        results.append(Replayed(entry.quarantine_id, bad[0].reason if bad else None))
    return results


def _filled(entry: QuarantinedRow, contract: Contract) -> Row:
    # Columns that came after the row was set aside are empty in it; the one it was set aside for is not.
    blank = {field.name: None for field in contract.fields if field.name != entry.field}
    row = entry.row()
    names = contract.types()
    return {**blank, **{name: value for name, value in row.items() if name in names}}
