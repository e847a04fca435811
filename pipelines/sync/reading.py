"""One object read into batches that can be landed: what came, what did not fit, and how far it got.

Keys are read before rows. A row that is missing from the keys and was not read afterwards either is gone; a
key without a row in the warehouse afterwards was missed. A fault ends the object, not the run: what came
before it is whole and stays.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import pyarrow as pa

from pipelines.connectors.port import BadRow, Connector, Cursor, Deletes, Page, SourceObject
from pipelines.errors import ConnectorError
from pipelines.sync.contract import SEQUENCE, Contract, SchemaEvent, with_new_fields
from pipelines.sync.fitting import Fitted, fit, new_fields, shapes_of
from pipelines.sync.retrying import RetryBudget, asked, pages

SAMPLE_ROWS = 1_000
Progress: TypeAlias = Callable[[str, int, int | None], None]  # object, rows read so far, rows there are


@dataclass(slots=True)
class Reading:
    """What reading an object has brought so far; filled while its batches are taken."""

    contract: Contract
    cursor: Cursor | None
    events: list[SchemaEvent] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    pages: int = 0
    rows: int = 0
    counted: int | None = None
    keys: pa.Table | None = None  # None: not read in full, so nothing may be inferred from them
    sample: Fitted | None = None
    error: ConnectorError | None = None
    seconds: float = 0.0


def read_batches(
    connector: Connector, reading: Reading, *, budget: RetryBudget, progress: Progress
) -> Iterator[pa.RecordBatch]:
    """Yield batches in the order of arrival, numbered; a source's fault ends them and is kept."""
    object_ = reading.contract.object_
    started = time.monotonic()
    try:
        reading.counted = asked(lambda: connector.count(object_), budget)
        if object_.deletes is Deletes.RECONCILE:
            reading.keys = asked(lambda: _all_keys(connector, reading), budget)
        for page in pages(connector, object_, cursor=reading.cursor, budget=budget):
            batch = _take(page, reading)
            progress(object_.name, reading.rows, reading.counted)
            if batch.num_rows:
                yield batch
        reading.sample = asked(lambda: _fitted_sample(connector, reading), budget)
    except ConnectorError as error:
        reading.error = error
    finally:
        reading.seconds = time.monotonic() - started


def _take(page: Page, reading: Reading) -> pa.RecordBatch:
    rows = page.changes.to_pylist() if isinstance(page.changes, pa.RecordBatch) else page.changes
    shapes = shapes_of(rows)
    found = new_fields(reading.contract, rows, shapes=shapes)
    if found:
        reading.contract = with_new_fields(reading.contract, found)
        reading.events += [SchemaEvent(name, "added", None, type_) for name, type_ in found.items()]
        rows = [{**dict.fromkeys(found), **row} for row in rows]
        shapes = shapes_of(rows)
    fitted = fit(reading.contract, rows, shapes=shapes)
    numbers = pa.array(range(reading.rows, reading.rows + fitted.batch.num_rows), pa.int64())
    reading.pages += 1
    reading.rows += len(rows) + len(page.bad)
    reading.bad += [*page.bad, *fitted.bad]
    reading.cursor = page.cursor if page.cursor is not None else reading.cursor
    return fitted.batch.append_column(SEQUENCE, numbers)


def _all_keys(connector: Connector, reading: Reading) -> pa.Table | None:
    """Return every key as the contract types it, or None when fewer came than the source counts."""
    object_ = reading.contract.object_
    fields = tuple(f for f in reading.contract.fields if f.name in object_.keys)
    contract = Contract(SourceObject(object_.name, fields, object_.keys), fields)
    read = 0
    batches = [fit(contract, []).batch]
    for keys in connector.keys(object_):
        read += len(keys)
        batches.append(fit(contract, [dict(zip(object_.keys, key, strict=True)) for key in keys]).batch)
    # An answer cut short looks like an end: rows must not be taken for deleted because of it.
    is_whole = reading.counted is not None and read >= reading.counted
    return pa.Table.from_batches(batches) if is_whole else None


def _fitted_sample(connector: Connector, reading: Reading) -> Fitted:
    page = connector.sample(reading.contract.object_, SAMPLE_ROWS)
    rows = page.changes.to_pylist() if isinstance(page.changes, pa.RecordBatch) else list(page.changes)
    names = [f.name for f in reading.contract.fields]
    whole = [{**dict.fromkeys(names), **row} for row in rows]
    fitted = fit(reading.contract, whole)
    return Fitted(fitted.batch, (*fitted.bad, *page.bad))
