"""Landed rows into a raw table: only what changed moves, and nothing older overwrites what is newer.

The state of a key depends on the versions that were seen, not on the order of their arrival: the version
with the latest source time wins, tombstone or not; of two at one time, the one that arrived later. A version
that states no time counts as the newest when it arrives.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from pipelines.connectors.port import Field, FieldType
from pipelines.sync.contract import OWN_COLUMNS, SEQUENCE, Contract

SQL_TYPES = {
    FieldType.TEXT: "varchar",
    FieldType.BIGINT: "bigint",
    FieldType.DOUBLE: "double",
    FieldType.BOOLEAN: "boolean",
}
FIELD_TYPES = {sql.upper(): field for field, sql in SQL_TYPES.items()}
# What a text says that is no deletion: nothing, a flag that is down, a number or a date of zeros only.
NOT_DELETED = "[0.: +-]*|n|no|f|false"
VERSIONS = "_versions"
TIMELESS = "_timeless"
MOVES = "_moves"


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows of a raw table moved, and how many of them became tombstones."""

    rows: int = 0
    tombstones: int = 0


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def raw_table(source: str, object_name: str) -> str:
    """Return the qualified name of the raw table of an object."""
    return f"{quoted('raw_' + source)}.{quoted(object_name)}"


def known_columns(
    connection: duckdb.DuckDBPyConnection, source: str, *, object_name: str
) -> dict[str, FieldType]:
    """Return the source's columns that a raw table holds; none when there is no table yet."""
    found = connection.execute(
        """
        select column_name, data_type from information_schema.columns
        where table_schema = ? and table_name = ? order by ordinal_position
        """,
        [f"raw_{source}", object_name],
    ).fetchall()
    return {name: FIELD_TYPES[type_] for name, type_ in found if name not in OWN_COLUMNS}


def make_room(connection: duckdb.DuckDBPyConnection, source: str, contract: Contract) -> None:
    """Make the raw table of a contract, or the columns that it lacks."""
    connection.execute(f"create schema if not exists {quoted('raw_' + source)}")
    table = raw_table(source, contract.object_.name)
    columns = [f"{quoted(f.name)} {SQL_TYPES[f.type]}" for f in contract.fields]
    connection.execute(
        f"""
        create table if not exists {table} ({", ".join(columns)}, _record_key varchar,
            _source_time timestamp, _is_deleted boolean, _content_hash varchar, _load_id varchar,
            _synced_at timestamp)
        """
    )
    held = known_columns(connection, source, object_name=contract.object_.name)
    for field in contract.fields:
        if field.name not in held:
            connection.execute(f"alter table {table} add column {quoted(field.name)} {SQL_TYPES[field.type]}")


def versions(contract: Contract, relation: str) -> str:
    """Return the query for number, key, source time, tombstone and content hash of a relation's rows.

    `is_timeless` marks those whose time nobody can tell: they are no version of anything.
    """
    return f"""
        select {SEQUENCE}, {key_sql(contract.keys)} as _record_key,
            {_time_sql(contract)} as _source_time, {_deleted_sql(contract)} as _is_deleted,
            {_hash_sql(contract.fields)} as _content_hash, {_timeless_sql(contract)} as is_timeless
        from {relation}
    """


def _timeless_sql(contract: Contract) -> str:
    """Return the condition for rows whose cursor field states something that is no time."""
    name = contract.object_.cursor_field
    if name is None or contract.types()[name] is not FieldType.TEXT:
        return "false"
    return f"{quoted(name)} is not null and {_time_sql(contract)} is null"


def key_sql(keys: tuple[str, ...]) -> str:
    """Return the expression for the record key; the same text as `fitting.key_of` gives."""
    texts = [f"cast({quoted(key)} as varchar)" for key in keys]
    if len(texts) == 1:
        return texts[0]
    escaped = [rf"replace(replace({text}, '\', '\\'), '|', '\|')" for text in texts]
    return " || '|' || ".join(escaped)


def _time_sql(contract: Contract) -> str:
    name = contract.object_.cursor_field
    if name is None or contract.types()[name] is not FieldType.TEXT:
        return "cast(null as timestamp)"
    return f"cast(try_cast({quoted(name)} as timestamptz) at time zone 'UTC' as timestamp)"


def _deleted_sql(contract: Contract) -> str:
    name = contract.object_.soft_delete_field
    if name is None:
        return "false"
    match contract.types()[name]:
        case FieldType.TEXT:
            said = f"lower(trim(coalesce({quoted(name)}, '')))"
            return f"not regexp_full_match({said}, '{NOT_DELETED}')"
        case FieldType.BOOLEAN:
            return f"coalesce({quoted(name)}, false)"
        case _:
            return f"coalesce({quoted(name)}, 0) <> 0"


def _hash_sql(fields: tuple[Field, ...]) -> str:
    # Nulls are left out, so that a new and empty column moves no row; lengths keep values apart. One flat
    # concatenation, less its first comma: each `||` would write its part of the text once more.
    parts = []
    for field in sorted(fields, key=lambda f: f.name):
        if field.is_content:
            value = f"cast({quoted(field.name)} as varchar)"
            label = field.name.replace("'", "''")
            head, colon = (f"if({value} is null, null, {text})" for text in (f"',{label}='", "':'"))
            parts += [head, f"strlen({value})", colon, value]
    return f"md5(substr(concat({', '.join(parts)}), 2))"


def upsert(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, landed: str, table: str, load_id: str,
    now: datetime,
) -> Upserted:  # fmt: skip
    """Move the landed rows that are new or changed into the raw table, in the caller's transaction.

    Leaves the newest version of each landed key in the temporary table `VERSIONS`, and the numbers of rows
    whose time nobody can tell in `TIMELESS`.
    """
    # Keys, times and hashes alone are sorted and joined; whole rows are fetched for what moves.
    connection.execute(f"create or replace temp table {VERSIONS} as {versions(contract, landed)}")
    connection.execute(
        f"create or replace temp table {TIMELESS} as select {SEQUENCE} from {VERSIONS} where is_timeless"
    )
    connection.execute(f"delete from {VERSIONS} where is_timeless")
    _keep_newest(connection)
    # Without a soft-delete field, a tombstone was inferred from keys and has no version of its own: whatever
    # is read afterwards is there again, however old a backup it came from.
    comes_back = "r._is_deleted" if contract.object_.soft_delete_field is None else "false"
    connection.execute(
        f"""
        create or replace temp table {MOVES} as
        select v.*, r._record_key is null as is_new
        from {VERSIONS} as v left join {table} as r on r._record_key = v._record_key
        where r._record_key is null
            or ({comes_back} or coalesce(v._source_time >= r._source_time, true))
                and (v._content_hash <> r._content_hash or v._is_deleted <> r._is_deleted)
        """
    )
    _move(connection, contract, landed=landed, table=table, values={"load_id": load_id, "now": now})
    moved = connection.execute(
        f"select count(*), count(*) filter (where _is_deleted) from {MOVES}"
    ).fetchone()
    return Upserted(*moved) if moved else Upserted()


def _keep_newest(connection: duckdb.DuckDBPyConnection) -> None:
    # Few keys come twice in one load, so that only those are sorted.
    connection.execute(
        f"""
        delete from {VERSIONS} where {SEQUENCE} in (
            select {SEQUENCE} from {VERSIONS}
            where _record_key in (select _record_key from {VERSIONS} group by _record_key having count(*) > 1)
            qualify row_number() over (
                partition by _record_key order by _source_time desc nulls first, {SEQUENCE} desc
            ) > 1
        )
        """
    )


def _move(
    connection: duckdb.DuckDBPyConnection, contract: Contract, *, landed: str, table: str,
    values: dict[str, object],
) -> None:  # fmt: skip
    names = [quoted(field.name) for field in contract.fields]
    own = ["_source_time", "_is_deleted", "_content_hash"]
    sets = [*(f"{name} = l.{name}" for name in names), *(f"{name} = m.{name}" for name in own)]
    connection.execute(
        f"""
        update {table} as r set {", ".join(sets)}, _load_id = $load_id, _synced_at = $now
        from {MOVES} as m join {landed} as l on l.{SEQUENCE} = m.{SEQUENCE}
        where r._record_key = m._record_key and not m.is_new
        """,
        values,
    )
    connection.execute(
        f"""
        insert into {table} ({", ".join((*names, "_record_key", *own))}, _load_id, _synced_at)
        select {", ".join(f"l.{name}" for name in names)}, m._record_key,
            {", ".join(f"m.{name}" for name in own)}, $load_id, $now
        from {MOVES} as m join {landed} as l on l.{SEQUENCE} = m.{SEQUENCE} where m.is_new
        """,
        values,
    )
