"""A match snapshot, opened: its model and indexes, mapped into memory and shared by all threads.

Opening reads the head alone. What is large stays in the file; processes share its pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from resolution.domain.errors import DamagedSnapshot, OutdatedModel, OutdatedSnapshot
from resolution.few_rows.tables import Table
from resolution.lookup.container import Container, open_container
from resolution.lookup.indexes import KeyIndex, LinkIndex, RecordRows, SortedTable, SortedValues
from resolution.lookup.layout import BATCH, FORMAT
from resolution.matching.model import PartyModel, ResolutionModel, from_json


@dataclass(frozen=True, slots=True)
class PartySnapshot:
    """What records of one party type are matched with."""

    model: PartyModel
    query: str
    records: RecordRows
    keys: Mapping[str, KeyIndex]
    frequencies: Mapping[str, SortedValues]
    word_weights: Table
    links: LinkIndex | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A match snapshot; `model` is without the values that have indexes."""

    container: Container
    model_id: str
    model: ResolutionModel
    parties: Mapping[str, PartySnapshot]
    nicknames: Table

    def check(self) -> None:
        """Read the whole file once and compare it with what was written.

        Raises:
            DamagedSnapshot: Something in it has changed.
        """
        self.container.check()


def open_match_snapshot(path: Path) -> Snapshot:
    """Open the snapshot `path`.

    Raises:
        SnapshotNotFound: There is none.
        DamagedSnapshot: The file is something else, or not whole.
        OutdatedSnapshot: Another version of Concord or DuckDB wrote it.
    """
    container = open_container(path)
    head = container.head
    if head.get("format") != FORMAT or head.get("duckdb") != version("duckdb"):
        raise OutdatedSnapshot(
            f"{path} was written in format {head.get('format')} with DuckDB {head.get('duckdb')}, and this is"
            f" format {FORMAT} with DuckDB {version('duckdb')}; publish again"
        )
    try:
        model = from_json(head["model"], named=str(path))
        parties = {
            name: _party(container, name, model.parties[name], said) for name, said in head["parties"].items()
        }
        nicknames = _rows(_arrow(container, "nicknames"))
    except OutdatedModel as error:
        raise OutdatedSnapshot(f"{error} and publish again") from error
    except (KeyError, ValueError, TypeError, pa.ArrowException) as error:
        raise DamagedSnapshot(f"{path} does not hold what it says it holds; publish again") from error
    return Snapshot(container, head["model_id"], model, parties, nicknames)


def _party(container: Container, name: str, model: PartyModel, said: Mapping[str, Any]) -> PartySnapshot:
    table = _arrow(container, f"{name}/records")
    if table.num_rows != said["records"]:
        raise DamagedSnapshot(f"{container.path} lacks records; publish again")
    rows = RecordRows(table.to_batches(), table.schema, BATCH, table.num_rows)
    return PartySnapshot(
        model=model,
        query=said["query"],
        records=rows,
        keys={rule: _keys(container, name, rule) for rule in said["keys"]},
        frequencies={
            column: _values(container, f"{name}/frequencies/{column}") for column in model.term_frequencies
        },
        word_weights=SortedTable(("word", "weight"), _values(container, f"{name}/words")),
        links=_links(container, name),
    )


def _arrow(container: Container, section: str) -> pa.Table:
    return pa.ipc.open_stream(pa.BufferReader(container.section(section))).read_all()


def _rows(table: pa.Table) -> Table:
    columns = [column.to_pylist() for column in table.columns]
    return Table(tuple(table.column_names), list(zip(*columns, strict=True)))


def _values(container: Container, section: str) -> SortedValues:
    table = _arrow(container, section)
    value, number = (_only_chunk(table[name]) for name in ("value", "number"))
    return SortedValues(value, number)


def _only_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.nulls(0, column.type)


def _numbers(container: Container, section: str, kind: type[np.generic]) -> NDArray[Any]:
    if section not in container.sections:
        return np.array([], dtype=kind)
    return np.frombuffer(container.section(section), dtype=kind)


def _keys(container: Container, name: str, rule: str) -> KeyIndex:
    return KeyIndex(
        keys=_numbers(container, f"{name}/keys/{rule}", np.uint64),
        numbers=_numbers(container, f"{name}/numbers/{rule}", np.uint32),
        stops=_numbers(container, f"{name}/stops/{rule}", np.uint64),
    )


def _links(container: Container, name: str) -> LinkIndex | None:
    if f"{name}/links/starts" not in container.sections:
        return None
    return LinkIndex(
        starts=_numbers(container, f"{name}/links/starts", np.uint32),
        others=_numbers(container, f"{name}/links/others", np.uint32),
        weights=_numbers(container, f"{name}/links/weights", np.float64),
        flags=_numbers(container, f"{name}/links/flags", np.uint8),
    )
