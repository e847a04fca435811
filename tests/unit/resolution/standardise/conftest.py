"""Fixtures of the standardising tests: one DuckDB in memory, and values in a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pytest

from resolution.domain.attributes import Attribute, ColumnMapping, PartyType, SourceMapping
from resolution.standardise.standardise import standardise

Row = dict[str, object]
FormsOf = Callable[..., list[Row]]
Standardised = Callable[..., "Result"]


@dataclass(frozen=True, slots=True)
class Source:
    """A table and its mapping, as the reading of files yields them."""

    table: str
    mapping: SourceMapping


@dataclass(frozen=True, slots=True)
class Result:
    """The two tables that standardising wrote, as rows."""

    records: list[Row]
    claims: list[Row]
    quarantine: list[Row]

    @property
    def record(self) -> Row:
        """The only record."""
        assert len(self.records) == 1
        return self.records[0]

    def claimed(self, attribute: str) -> list[tuple[object, object]]:
        """Value and key of the claims of an attribute, in order of position."""
        found = [claim for claim in self.claims if claim["attribute"] == attribute]
        return [
            (claim["value"], claim["key"])
            for claim in sorted(found, key=lambda claim: str(claim["position"]))
        ]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture
def forms_of(connection: duckdb.DuckDBPyConnection) -> FormsOf:
    """Return the forms that a builder makes of raw values, in their order; {} for a value it leaves out."""

    def build(builder: Callable[..., None], raw: Sequence[str], **options: object) -> list[Row]:
        hints = options.pop("hints", None)
        columns: dict[str, object] = {"raw": pa.array(raw, pa.string())}
        if isinstance(hints, Mapping):
            columns |= {name: pa.array(values, pa.string()) for name, values in hints.items()}
        connection.register("given", pa.table(columns))
        connection.execute("create or replace table given_values as select distinct * from given")
        builder(connection, "given_values", forms="made", **options)
        rows = connection.execute("from made").to_arrow_table().to_pylist()
        by_raw = {row["raw"]: row for row in rows}
        return [by_raw.get(value, {}) for value in raw]

    return build


def load_rows(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, object]], *, table: str
) -> None:
    """Create a source table as the reading of files leaves it."""
    names = sorted({name for row in rows for name in row} - {"source", "id"})
    text, several = pa.string(), pa.list_(pa.string())
    columns: dict[str, pa.Array] = {
        "_record_id": pa.array(
            [f"{row.get('source', 's')}:party:{row.get('id', n)}" for n, row in enumerate(rows)], text
        ),
        "_source": pa.array([str(row.get("source", "s")) for row in rows], text),
        "_source_id": pa.array([str(row.get("id", n)) for n, row in enumerate(rows)], text),
        "_file": pa.array(["file.csv"] * len(rows), text),
        "_line": pa.array(range(2, len(rows) + 2), pa.int64()),
    }
    for name in names:
        values = [row.get(name) for row in rows]
        columns[name] = pa.array(
            values, several if any(isinstance(value, list) for value in values) else text
        )
    connection.register("loaded", pa.table(columns))
    connection.execute(f"create or replace table {table} as from loaded")
    connection.unregister("loaded")


@pytest.fixture
def standardised(connection: duckdb.DuckDBPyConnection) -> Standardised:
    """Standardise rows; their columns are named for the attribute (`email_2`, `full_name@alias`)."""

    def run(
        *rows: Mapping[str, object], party_type: str | None = None, columns: Sequence[ColumnMapping] = ()
    ) -> Result:
        load_rows(connection, rows, table="rows_0")
        mapped = columns or [
            _column(name) for name in sorted({name for row in rows for name in row} - {"source", "id"})
        ]
        mapping = SourceMapping("file.csv", "s", tuple(mapped), PartyType(party_type) if party_type else None)
        connection.execute("drop table if exists quarantine")
        standardise(connection, [Source("rows_0", mapping)])
        left_out = "quarantine" if _exists(connection, "quarantine") else "(select 1 where false)"
        return Result(
            connection.execute("from party_records order by record_id").to_arrow_table().to_pylist(),
            connection.execute("from claims order by all").to_arrow_table().to_pylist(),
            connection.execute(f"from {left_out}").to_arrow_table().to_pylist(),
        )

    return run


def _column(name: str) -> ColumnMapping:
    plain, _, kind = name.partition("@")
    head, _, tail = plain.rpartition("_")
    attribute, group = (head, int(tail)) if tail.isdigit() else (plain, 1)
    return ColumnMapping(name, Attribute(attribute), group=group, kind=kind or None)


def _exists(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute("select 1 from duckdb_tables() where table_name = ?", [table]).fetchone()
    return found is not None
