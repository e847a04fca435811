"""Writing batches of entries: a chain of hashes, and one statement per table whatever the batch's size.

One statement matters in a busy process: the driver gives up Python's lock for each it runs, and may wait
milliseconds to get it back.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import orjson
from sqlalchemy import Connection, Engine, Table, select

from context_api.audit.entries import ENTRY_FIELDS, Entry, chained, genesis, receipt_fields
from context_api.audit.tables import entries, receipts
from context_api.store.engine import is_sqlite, writing

WRITER_BYTES = 8
_fields_of = attrgetter(*ENTRY_FIELDS)
ENTRY_COLUMNS = ("writer", "sequence", *ENTRY_FIELDS, "hash")
RECEIPT_COLUMNS = ("tenant_id", "golden_id", "entity_version", "facts", "writer", "sequence")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a writer's chain: how many entries it has and the hash of the last."""

    sequence: int
    hash: str


def new_writer() -> str:
    """Return a name for a writer; each process that starts is a new one."""
    return secrets.token_hex(WRITER_BYTES)


def append(engine: Engine, writer: str, head: Head, batch: Sequence[Entry]) -> Head:
    """Write a batch in one transaction and return the new end of the chain.

    Raises:
        StoreBusy: The database is locked for longer than we wait.
        StoreUnavailable: It cannot be written.
    """
    sequence, last = head.sequence, head.hash
    entry_rows: list[list[object]] = []
    receipt_rows: list[list[object]] = []
    for entry in batch:
        sequence += 1
        fields = list(_fields_of(entry))
        given = receipt_fields(entry) if entry.receipts else []
        last = chained(last, sequence, fields, given)
        entry_rows.append([writer, sequence, *fields, last])
        receipt_rows += [[*row, writer, sequence] for row in given]
    with writing(engine) as connection:
        _insert(connection, entries, ENTRY_COLUMNS, entry_rows)
        if receipt_rows:
            _insert(connection, receipts, RECEIPT_COLUMNS, receipt_rows)
    return Head(sequence, last)


def head_of(engine: Engine, writer: str) -> Head:
    """Return the end of a writer's chain as the database has it."""
    asked = select(entries.c.sequence, entries.c.hash).where(entries.c.writer == writer)
    with writing(engine) as connection:
        row = connection.execute(asked.order_by(entries.c.sequence.desc()).limit(1)).one_or_none()
    return Head(0, genesis(writer)) if row is None else Head(row.sequence, row.hash)


def _insert(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    given = orjson.dumps(rows).decode()
    named = ", ".join(columns)
    if is_sqlite(connection):
        values = ", ".join(f"value ->> {position}" for position in range(len(columns)))
        connection.exec_driver_sql(
            f"insert into {table.name} ({named}) select {values} from json_each(?)", (given,)
        )
        return
    values = ", ".join(
        f"(value ->> {position})::{table.c[name].type.compile(connection.dialect)}"
        for position, name in enumerate(columns)
    )
    connection.exec_driver_sql(
        f"insert into {table.name} ({named}) select {values} from jsonb_array_elements(%s::jsonb)", (given,)
    )
