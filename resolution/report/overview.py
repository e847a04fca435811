"""What came in and what was found, in numbers; every number is an aggregate made in DuckDB."""

import itertools
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass
from typing import Any

import duckdb

from resolution.domain.attributes import ColumnMapping, Mapping, SourceMapping
from resolution.report.texts import shown, words

SIZES_SHOWN_ALONE = 8  # larger clusters are counted in bands that double: 9-16, 17-32, …
QUARANTINE_ROWS = 20
COLUMNS_SHOWN = 80  # columns of a mapping

_BY_TYPE = """
select party_type, count(*) as records, count(distinct golden_id) as parties
from membership group by party_type order by records desc
"""
_SIZES = """
with sizes as (select party_type, golden_id, count(*) as size from membership group by all)
select party_type, size, count(*) as clusters from sizes group by all order by all
"""
_METHODS = """
select party_type, method, coalesce(rule, '') as rule, count(*) as pairs
from links where band = 'match' group by all order by pairs desc, method, rule
"""
_BANDS = """
select party_type, band, count(*) as pairs from links group by all
"""
_VETOES = """
select party_type, veto, count(*) as pairs from links where veto is not null group by all order by pairs desc
"""
_REASONS = """
select file, reason, count(*) as n from quarantine group by all order by n desc, file, reason limit 12
"""
_QUARANTINED = """
select file, line, field, reason, row_json[1:400] as row_json
from quarantine order by hash(concat(file, line)), file, line limit $limit
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a bar chart; `share` of the longest bar, from 0 to 1."""

    label: str
    value: int
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """What was found for one type of party."""

    name: str
    plural: str
    records: int
    parties: int
    methods: tuple[Bar, ...]
    vetoes: tuple[Bar, ...]
    sizes: tuple[Bar, ...]
    bands: Dictionary[str, int]
    largest: int

    @property
    def duplicates(self) -> int:
        """Return how many records are further records of a party already known."""
        return self.records - self.parties


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that could not be used."""

    file: str
    line: int | None
    field: str
    reason: str
    content: str


@dataclass(frozen=True, slots=True)
class Quarantine:
    """How many rows were left out, why, and a sample."""

    total: int
    reasons: tuple[Bar, ...]
    rows: tuple[QuarantinedRow, ...]


@dataclass(frozen=True, slots=True)
class MappedSource:
    """How the columns of one file were read."""

    file: str
    source: str
    columns: tuple[ColumnMapping, ...]
    ignored: tuple[str, ...]
    hidden: int


PLURALS = {"person": "persons", "organization": "organisations"}


def rows(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Dictionary[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a query as dictionaries."""
    cursor = connection.execute(sql, dict(parameters) if parameters else None)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def bars(counts: list[tuple[str, int, str]]) -> tuple[Bar, ...]:
    """Return a bar chart of (label, count, note), in the order given."""
    longest = max((count for _, count, _ in counts), default=0)
    return tuple(
        Bar(label, count, count / longest if longest else 0.0, note) for label, count, note in counts
    )


def parties(connection: duckdb.DuckDBPyConnection) -> tuple[Party, ...]:
    """Return what was found, by type of party, the most numerous first."""
    methods, vetoes = rows(connection, _METHODS), rows(connection, _VETOES)
    sizes, bands = rows(connection, _SIZES), rows(connection, _BANDS)
    found = []
    for row in rows(connection, _BY_TYPE):
        kind = row["party_type"]
        own_sizes = [(s["size"], s["clusters"]) for s in sizes if s["party_type"] == kind]
        found.append(
            Party(
                name=kind,
                plural=PLURALS.get(kind, f"{kind}s"),
                records=row["records"],
                parties=row["parties"],
                methods=_methods([m for m in methods if m["party_type"] == kind]),
                vetoes=bars([(words(v["veto"]), v["pairs"], "") for v in vetoes if v["party_type"] == kind]),
                sizes=size_bars(own_sizes),
                bands={b["band"]: b["pairs"] for b in bands if b["party_type"] == kind},
                largest=max((size for size, _ in own_sizes), default=0),
            )
        )
    return tuple(found)


def _methods(found: list[dict[str, Any]], *, limit: int = 8) -> tuple[Bar, ...]:
    counts = [(words(m["rule"]) or "Any rule", m["pairs"], m["method"]) for m in found[:limit]]
    rest = sum(m["pairs"] for m in found[limit:])
    return bars([*counts, ("Other rules", rest, "")] if rest else counts)


def size_bars(sizes: list[tuple[int, int]]) -> tuple[Bar, ...]:
    """Return clusters by size from (size, clusters): small sizes alone, larger ones in doubling bands."""
    counted: dict[tuple[int, int], int] = {}
    for size, clusters in sizes:
        band = _size_band(size)
        counted[band] = counted.get(band, 0) + clusters
    return bars(
        [
            (f"{low}" if low == high else f"{low}-{high}", clusters, "")
            for (low, high), clusters in sorted(counted.items())
        ]
    )


def _size_band(size: int) -> tuple[int, int]:
    if size <= SIZES_SHOWN_ALONE:
        return size, size
    high = next(SIZES_SHOWN_ALONE * 2**n for n in itertools.count(1) if size <= SIZES_SHOWN_ALONE * 2**n)
    return high // 2 + 1, high


def quarantine(connection: duckdb.DuckDBPyConnection) -> Quarantine:
    """Return why rows were left out, and a sample of them spread over files and reasons."""
    total = rows(connection, "select count(*) as n from quarantine")[0]["n"]
    reasons = bars([(shown(r["reason"]), r["n"], shown(r["file"])) for r in rows(connection, _REASONS)])
    sample = rows(connection, _QUARANTINED, {"limit": QUARANTINE_ROWS})
    return Quarantine(
        total,
        reasons,
        tuple(
            QuarantinedRow(
                shown(r["file"]),
                r["line"],
                shown(r["field"]),
                shown(r["reason"]),
                shown(r["row_json"], limit=200),
            )
            for r in sorted(sample, key=lambda r: (r["file"] or "", r["line"] or 0))
        ),
    )


def mapped_sources(mapping: Mapping | None) -> tuple[MappedSource, ...]:
    """Return how the columns of every file were read; none without a mapping."""
    return tuple(_mapped_source(source) for source in mapping.sources) if mapping else ()


def _mapped_source(source: SourceMapping) -> MappedSource:
    used = [column for column in source.columns if column.attribute != "ignore"]
    ignored = [shown(column.column, limit=40) for column in source.columns if column.attribute == "ignore"]
    return MappedSource(
        file=shown(source.file),
        source=shown(source.source),
        columns=tuple(used[:COLUMNS_SHOWN]),
        ignored=tuple(ignored[:COLUMNS_SHOWN]),
        hidden=max(0, len(used) - COLUMNS_SHOWN) + max(0, len(ignored) - COLUMNS_SHOWN),
    )
