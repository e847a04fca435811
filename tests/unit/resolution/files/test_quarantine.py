import duckdb

from resolution.files.quarantine import QuarantinedRow, add_to_quarantine, create_quarantine, row_as_json


def test_rows_are_kept_with_file_line_field_and_reason() -> None:
    connection = duckdb.connect()
    create_quarantine(connection)

    add_to_quarantine(connection, [])
    add_to_quarantine(connection, [QuarantinedRow("a.csv", 7, None, "ragged", "{}")])

    assert connection.execute("select * from quarantine").fetchall() == [("a.csv", 7, None, "ragged", "{}")]


def test_a_row_with_broken_bytes_is_shown_escaped() -> None:
    assert row_as_json({"name": "M\udcfcller é"}) == '{"name": "M\\udcfcller é"}'
