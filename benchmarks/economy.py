"""An economy of many copies of a labelled one, each copy renamed, for speed at the size of a company.

    python -m benchmarks.economy RECORDS TRUTH --out DIR [--copies 10] [--changes 15000]

writes `DIR/records.parquet` and `DIR/truth.csv` and, with `--changes`, `DIR/changes.parquet`: new
records, changed records and removed ones (`deleted` is `true`), a third each, in the form that
`concord resolve --update` takes. Columnar: only distinct values pass through Python, once per copy.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.renaming import MOST_COPIES, Renaming, make_renaming, rules

SEED = 20
CHANGES_FROM = "CRM"  # one system whose records change, as one sync brings them
_NEW_PHONE_DIGITS = 3  # the last digits of a changed record's phone


@dataclass(frozen=True, slots=True)
class Economy:
    """The files of an economy, and how many records it has."""

    records: Path
    truth: Path
    size: int


def write_economy(records: Path, truth: Path, *, out: Path, copies: int, seed: int = SEED) -> Economy:
    """Write `copies` renamed copies of labelled records and of their truth into the folder `out`."""
    economy = Economy(out / "records.parquet", out / "truth.csv", 0)
    with duckdb.connect(str(out / "draft.duckdb")) as connection:
        connection.execute("set preserve_insertion_order = true")
        connection.read_parquet(str(records)).create("original")
        connection.read_csv(str(truth), all_varchar=True, header=True).create("original_truth")
        connection.execute("create table renamed as from original limit 0")
        for copy in range(copies):
            _append_copy(connection, make_renaming(copy, seed=seed))
        connection.table("renamed").write_parquet(str(economy.records), compression="zstd")
        connection.sql(_truth_sql(connection, copies)).write_csv(str(economy.truth), header=True)
        row = connection.execute("select count(*) from renamed").fetchone()
    (out / "draft.duckdb").unlink()
    return Economy(economy.records, economy.truth, int(row[0]) if row else 0)


def _append_copy(connection: duckdb.DuckDBPyConnection, renaming: Renaming) -> None:
    columns = connection.table("original").columns
    renamed = [column for column in rules(renaming) if column in columns]
    for column in renamed:
        _rename_values(connection, column, renaming)
    shown = [f"new_{c}.renamed as {c}" if c in renamed else f"original.{c}" for c in columns]
    joins = [f"left join new_{c} on new_{c}.value = original.{c}" for c in renamed]
    connection.execute(f"insert into renamed select {', '.join(shown)} from original {' '.join(joins)}")


def _rename_values(connection: duckdb.DuckDBPyConnection, column: str, renaming: Renaming) -> None:
    """Make table `new_<column>` (value, renamed) of the distinct values of a column."""
    rename = rules(renaming)[column]
    found = connection.execute(
        f"select distinct {column} from original where {column} is not null"
    ).fetchall()
    values = [value for (value,) in found]
    table = pa.table({"value": values, "renamed": [rename(value) for value in values]})
    connection.register("renamed_values", table)
    connection.execute(f"create or replace temp table new_{column} as from renamed_values")
    connection.unregister("renamed_values")


def _truth_sql(connection: duckdb.DuckDBPyConnection, copies: int) -> str:
    """Return the truth of all copies; the ids of copy 0 are those of the original."""
    own = {name: f"{name} || if(copy = 0, '', '-' || copy) as {name}" for name in ("source_id", "entity_id")}
    columns = ", ".join(own.get(name, name) for name in connection.table("original_truth").columns)
    return f"select {columns} from original_truth cross join range({copies}) copies(copy)"


def write_changes(records: Path, changes: Path, *, wanted: int, seed: int = SEED) -> int:
    """Write `wanted` changes of one source: a third new, a third changed, a third removed.

    New records name parties of the economy again under a new id, half of them with another phone and
    without e-mail; changed records get another phone. Which records, is drawn by a seeded hash.
    """
    each = wanted // 3
    with duckdb.connect() as connection:
        source = connection.read_parquet(str(records))
        source.create_view("records")
        drawn = f"""
            select *, row_number() over (order by hash(source_id, {seed}), source_id) - 1 as place
            from records where source = '{CHANGES_FROM}'"""
        values = {name: name for name in source.columns}
        values |= {
            "source_id": f"if(place < {each}, source_id || '-new', source_id)",
            "email": f"if(place < {each} and place % 2 = 0, null, email)",
            "phone": f"if(place between {each} and {2 * each - 1} or place < {each} and place % 2 = 0,"
            f" phone[:-{_NEW_PHONE_DIGITS + 1}] || (100 + place % 900), phone)",
        }
        shown = ", ".join(f"{sql} as {name}" for name, sql in values.items())
        made = connection.sql(
            f"select {shown}, if(place >= {2 * each}, 'true', null) as deleted from ({drawn})"
            f" where place < {3 * each} order by place"
        )
        made.write_parquet(str(changes))
        row = connection.execute("select count(*) from read_parquet(?)", [str(changes)]).fetchone()
    return int(row[0]) if row else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Write an economy as the command line says."""
    options = _parser().parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    economy = write_economy(
        options.records, options.truth, out=options.out, copies=options.copies, seed=options.seed
    )
    sys.stdout.write(f"{economy.size}\n")
    if options.changes:
        file = options.out / "changes.parquet"
        sys.stdout.write(
            f"{write_changes(economy.records, file, wanted=options.changes, seed=options.seed)}\n"
        )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.economy",
        description="Write an economy of renamed copies of a labelled one.",
    )
    parser.add_argument("records", type=Path, help="records.parquet of the labelled economy")
    parser.add_argument("truth", type=Path, help="its truth.csv")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    parser.add_argument("--copies", type=int, default=MOST_COPIES, choices=range(1, MOST_COPIES + 1))
    parser.add_argument("--changes", type=int, default=0, help="also write this many changes (default: none)")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser


if __name__ == "__main__":
    sys.exit(main())
