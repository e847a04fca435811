"""The rows of a loaded file that cannot be used, and why."""

from collections.abc import Sequence

import duckdb

from resolution.files.tables import RawTable, literal, quote

NO_ID = "no id"
NOT_TEXT = "not text: holds a NUL character"
DUPLICATE_EQUAL = "duplicate id: equal in all fields to an earlier row of this source"
DUPLICATE = "duplicate id: an earlier row of this source has it with other values"
DUPLICATE_ELSEWHERE = "duplicate id: a row of an earlier file has it within the same source"


def find_faults(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    *,
    rows: str,
    earlier: Sequence[str],
    id_column: str,
) -> int:
    """Make table `faulty_rows(_line, field, reason)`, a row per faulty row; return their number."""
    connection.execute(
        "create or replace temp table faulty_rows (_line bigint, field varchar, reason varchar)"
    )
    connection.execute(
        f"insert into faulty_rows select _line, {literal(id_column)}, '{NO_ID}'"
        f" from {rows} where _source_id is null"
    )
    _add_not_text(connection, table, rows=rows)
    _add_duplicates(connection, table, rows=rows, earlier=earlier, id_column=id_column)
    found = connection.execute("select count(*) from faulty_rows").fetchone()
    return int(found[0]) if found else 0


def _add_not_text(connection: duckdb.DuckDBPyConnection, table: RawTable, *, rows: str) -> None:
    tests = " ".join(
        f"when contains({_as_text(table, column)}, chr(0)) then {literal(column)}" for column in table.columns
    )
    connection.execute(
        f"insert into faulty_rows select _line, field, '{NOT_TEXT}'"
        f" from (select _line, case {tests} end as field from {rows})"
        f" where field is not null and _line not in (select _line from faulty_rows)"
    )


def _as_text(table: RawTable, column: str) -> str:
    name = quote(column)
    return f"array_to_string({name}, '')" if column in table.list_columns else name


def _add_duplicates(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    *,
    rows: str,
    earlier: Sequence[str],
    id_column: str,
) -> None:
    """Keep the first sound row of an id; later ones are faulty whether or not they say the same."""
    taken = " union all ".join(f"select _record_id from {name}" for name in earlier)
    elsewhere = f"_record_id in ({taken})" if taken else "false"
    others = f" union all {taken}" if taken else ""
    packed = ", ".join(quote(column) for column in table.columns)
    connection.execute(
        f"""
        insert into faulty_rows
        with repeated as (
            select _record_id from (select _record_id from {rows}{others})
            where _record_id is not null group by _record_id having count(*) > 1
        ),
        sound as (
            select _line, _record_id, hash({packed}) as content
            from {rows} semi join repeated using (_record_id)
            where _line not in (select _line from faulty_rows)
        ),
        placed as (
            select _line, content, {elsewhere} as is_elsewhere,
                row_number() over first_first as place,
                first_value(content) over first_first as first_content
            from sound
            window first_first as (partition by _record_id order by _line)
        )
        select _line, {literal(id_column)},
            case when is_elsewhere then '{DUPLICATE_ELSEWHERE}'
                when content = first_content then '{DUPLICATE_EQUAL}' else '{DUPLICATE}' end
        from placed where place > 1 or is_elsewhere
        """
    )
