import datetime
from pathlib import Path

import duckdb
import pytest

from resolution.domain.errors import UnreadableFile
from resolution.files.parquet_files import read_parquet


def cells(connection: duckdb.DuckDBPyConnection, tmp_path: Path, query: str) -> dict[str, object]:
    path = tmp_path / "a.parquet"
    connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    table = read_parquet(connection, path, table="raw_0")
    found = connection.execute("select * exclude _line from raw_0").fetchone()
    assert found is not None
    return dict(zip(table.columns, found, strict=True))


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("1", "1"),
        ("true", "true"),
        ("date '1970-03-12'", str(datetime.date(1970, 3, 12))),
        ("1.50::decimal(5,2)", "1.50"),
        ("12345678901234567890::hugeint", "1.2345678901234567e+19"),
        ("'00501'", "00501"),
        ("encode('Größe')", "Größe"),
        ("'  '", None),
        ("null::integer", None),
        ("42.0::double", "42"),
        ("42.5::double", "42.5"),
    ],
)
def test_every_type_becomes_text(connection, tmp_path: Path, sql: str, text: str | None) -> None:  # type: ignore[no-untyped-def]
    assert cells(connection, tmp_path, f"select {sql} as x") == {"x": text}


def test_lists_stay_lists_without_blanks(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert cells(connection, tmp_path, "select [1, null, 2] as n, ['', 'a'] as t, ['']::varchar[] as e") == {
        "n": ["1", "2"],
        "t": ["a"],
        "e": None,
    }


def test_structs_are_taken_apart_and_their_lists_numbered(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    found = cells(
        connection,
        tmp_path,
        "select {'city': 'Reno', 'geo': {'lat': 1}} as addr, [{'number': '1'}, {'number': '2'}] as phones",
    )

    assert found["addr_city"] == "Reno"
    assert found["addr_geo_lat"] == "1"
    assert (found["phones_number"], found["phones_number_2"], found["phones_number_3"]) == ("1", "2", None)


def test_rows_with_more_objects_in_a_list_than_are_read_are_counted(  # type: ignore[no-untyped-def]
    connection, tmp_path: Path
) -> None:
    phones = "list_transform(range(n), i -> {'number': i, 'at': list_transform(range(m), j -> {'x': j})})"
    counts = "(values (8, 1), (9, 1), (1, 9), (9, 9), (0, 0), (null, 0)) t(n, m)"
    path = tmp_path / "a.parquet"
    connection.execute(
        f"copy (select n, {{'phones': {phones}}} as d from {counts}) to '{path}' (format parquet)"
    )

    assert read_parquet(connection, path, table="raw_0").cut_rows == 3


def test_the_row_number_is_the_line(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.parquet"
    connection.execute(f"copy (select 'x' as a from range(3)) to '{path}' (format parquet)")

    table = read_parquet(connection, path, table="raw_0")

    assert connection.execute("select _line from raw_0").fetchall() == [(1,), (2,), (3,)]
    assert table.rows == 3


def test_a_file_without_rows_is_refused(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.parquet"
    connection.execute(f"copy (select 'x' as a where false) to '{path}' (format parquet)")

    with pytest.raises(UnreadableFile, match="no rows"):
        read_parquet(connection, path, table="raw_0")


def test_a_broken_file_is_refused_with_advice(connection, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and then nothing")

    with pytest.raises(UnreadableFile, match="cannot be read as Parquet"):
        read_parquet(connection, path, table="raw_0")
