import duckdb

from resolution.files.quarantine import create_quarantine
from resolution.files.row_writer import RowWriter


def test_columns_appear_as_rows_come() -> None:
    connection = duckdb.connect()
    create_quarantine(connection)
    writer = RowWriter(connection, "raw_0")

    writer.add(1, {"a": "x", "_line": "mine", "": "nameless", "c\x00d": "y"})
    writer.add(2, {"A": ["p", " ", "q"], "b": " \t"})
    writer.close()

    assert connection.execute("select * from raw_0 order by _line").fetchall() == [
        (1, ["x"], "mine", "nameless", "y"),
        (2, ["p", "q"], None, None, None),
    ]
    assert writer.columns == ("a", "_line_2", "column", "c d")
    assert (writer.rows, writer.list_columns) == (2, frozenset({"a"}))


def test_a_column_may_become_a_list_after_a_batch_was_written(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("resolution.files.row_writer._BATCH_ROWS", 1)
    connection = duckdb.connect()
    create_quarantine(connection)
    writer = RowWriter(connection, "raw_0")

    writer.add(1, {"a": "x"})
    writer.add(2, {"a": ["y", "z"]})
    writer.add(3, {"b": "only"})
    writer.close()

    assert connection.execute("select a, b from raw_0 order by _line").fetchall() == [
        (["x"], None),
        (["y", "z"], None),
        (None, "only"),
    ]
