from resolution.files.faults import (
    DUPLICATE,
    DUPLICATE_ELSEWHERE,
    DUPLICATE_EQUAL,
    NO_ID,
    NOT_TEXT,
    find_faults,
)
from resolution.files.tables import RawTable


def test_each_fault_is_named_once_per_row(connection, tmp_path) -> None:  # type: ignore[no-untyped-def]
    connection.execute(
        """
        create table rows_1 as
        select id, name, tags, 's:' || id as _record_id, id as _source_id, _line from (values
            (1, '1', 'Ann', null), (2, '1', 'Ann', null), (3, '1', 'Bob', null), (4, null, 'Cy', null),
            (5, '2', 'D' || chr(0), null), (6, '2', 'Eve', null), (7, '3', 'Flo', ['a' || chr(0)]),
            (8, '9', 'Gus', null)
        ) rows(_line, id, name, tags)
        """
    )
    connection.execute("create table rows_0 as select 's:9' as _record_id")
    table = RawTable("raw_1", tmp_path / "a.csv", ("id", "name", "tags"), frozenset({"tags"}), rows=8)

    count = find_faults(connection, table, rows="rows_1", earlier=["rows_0"], id_column="id")

    assert count == 6
    assert connection.execute("select * from faulty_rows order by _line").fetchall() == [
        (2, "id", DUPLICATE_EQUAL),
        (3, "id", DUPLICATE),
        (4, "id", NO_ID),
        (5, "name", NOT_TEXT),
        (7, "tags", NOT_TEXT),
        (8, "id", DUPLICATE_ELSEWHERE),
    ]
