"""The truth that a run is measured against, read from a file that a person made.

A truth file comes in one of two forms: **entities** (source, source_id, entity_id and perhaps
record_type), one row per labelled record, or **pairs** (source_l, source_id_l, source_r, source_id_r),
one row per pair that is one party. Either is CSV, Parquet or JSON lines.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from resolution.domain.errors import InputError, UnreadableFile

ENTITY_COLUMNS = ("source", "source_id", "entity_id")
PAIR_COLUMNS = ("source_l", "source_id_l", "source_r", "source_id_r")
TYPE_COLUMNS = ("record_type", "party_type")
_READERS = {
    ".csv": "from read_csv(?, all_varchar = true, header = true)",
    ".tsv": "from read_csv(?, all_varchar = true, header = true)",
    ".parquet": "from read_parquet(?)",
    ".jsonl": "from read_json(?, format = 'newline_delimited')",
}
_LABELLED = """
create table truth as
select source, source_id, entity_id, min(record_type) as record_type
from given group by source, source_id, entity_id order by source, source_id, entity_id
"""
_CONFLICTS = """
select source, source_id from truth group by source, source_id
having count(distinct entity_id) > 1 order by all limit 1
"""


@dataclass(frozen=True, slots=True)
class Truth:
    """Labelled records or labelled pairs; all columns are text.

    As `entities`: source, source_id, entity_id, record_type (null where unknown), one row per record.
    As `pairs`: source_l, source_id_l, source_r, source_id_r, one row per pair.
    """

    form: Literal["entities", "pairs"]
    table: pa.Table
    name: str = "the truth"


def read_truth(path: Path) -> Truth:
    """Return the truth in the file at `path`.

    Raises:
        UnreadableFile: The file is missing or is not what its ending says.
        InputError: Its columns are of neither form, it is empty, or it gives a record two entities.
    """
    if not path.is_file():
        raise UnreadableFile(f"{path} does not exist; --truth names a CSV, Parquet or JSONL file")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(
            f"{path} ends in {path.suffix or 'nothing'}; give .csv, .tsv, .parquet or .jsonl"
        )
    with duckdb.connect() as connection:
        try:
            table = connection.execute(reader, [str(path)]).to_arrow_table()
        except duckdb.Error as error:
            raise UnreadableFile(f"{path} cannot be read as {path.suffix[1:]}: {error}") from error
    return truth_from_table(table, name=path.name)


def truth_from_table(table: pa.Table, *, name: str = "the truth") -> Truth:
    """Return the truth that `table` holds; letter case and order of its columns do not matter.

    Raises:
        InputError: As for `read_truth`.
    """
    found = {column.strip().lower(): column for column in table.column_names}
    if all(column in found for column in ENTITY_COLUMNS):
        return _entities(table, found, name=name)
    if all(column in found for column in PAIR_COLUMNS):
        return _pairs(table, found, name=name)
    raise InputError(
        f"{name} has the columns {', '.join(table.column_names)}; a truth file has either"
        f" {', '.join(ENTITY_COLUMNS)} (and perhaps record_type), or {', '.join(PAIR_COLUMNS)}:"
        " rename its columns"
    )


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _as_text(column: str, found: dict[str, str]) -> str:
    return f"nullif({_quoted(found[column])}::varchar, '') as {column}"


def _entities(table: pa.Table, found: dict[str, str], *, name: str) -> Truth:
    stated = [found[column] for column in TYPE_COLUMNS if column in found]
    kind = _quoted(stated[0]) if stated else "null"
    columns = [*(_as_text(column, found) for column in ENTITY_COLUMNS), f"{kind}::varchar as record_type"]
    with duckdb.connect() as connection:
        rows = connection.from_arrow(table).project(", ".join(columns))
        rows.filter(_all_stated(ENTITY_COLUMNS)).create_view("given")
        connection.execute(_LABELLED)
        conflict = connection.execute(_CONFLICTS).fetchone()
        labelled = connection.table("truth").to_arrow_table()
    if conflict:
        raise InputError(
            f"{name} gives record {conflict[1]} of source {conflict[0]} two entities; keep one row of it"
        )
    return Truth("entities", _not_empty(labelled, name), name)


def _pairs(table: pa.Table, found: dict[str, str], *, name: str) -> Truth:
    columns = ", ".join(_as_text(column, found) for column in PAIR_COLUMNS)
    with duckdb.connect() as connection:
        rows = connection.from_arrow(table).project(columns).filter(_all_stated(PAIR_COLUMNS))
        labelled = rows.distinct().order(", ".join(PAIR_COLUMNS)).to_arrow_table()
    return Truth("pairs", _not_empty(labelled, name), name)


def _all_stated(columns: tuple[str, ...]) -> str:
    return " and ".join(f"{column} is not null" for column in columns)


def _not_empty(table: pa.Table, name: str) -> pa.Table:
    if table.num_rows == 0:
        raise InputError(f"{name} has no usable row; every row needs all its ids filled")
    return table
