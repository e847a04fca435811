"""Golden records as files: what they hold, in which order, and that two writings are byte-equal."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from resolution import golden_records
from resolution.golden_records import JSONL_NAME, PARQUET_NAME, write_golden_records
from resolution.survivorship_bulk import survive
from resolution.survivorship_rules import default_rules

CLAIMS = [
    ("crm:party:1", "full_name", "Ann Lee"),
    ("erp:party:9", "full_name", "Ann Lée"),
    ("crm:party:1", "email", "ann@x.org"),
    ("erp:party:9", "email", "lee@y.org"),
    ("crm:party:1", "birth_date", "1970-01-02"),
    ("erp:party:9", "birth_date", "1970-02-01"),
    ("crm:party:2", "full_name", 'Bo "=1+1" Ek\n😀'),
]
MEMBERS = [("crm:party:1", "g-b"), ("erp:party:9", "g-b"), ("crm:party:2", "g-a"), ("crm:party:3", "g-c")]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A run of three golden records; the third has a record that states nothing."""
    with duckdb.connect(config={"threads": 2, "preserve_insertion_order": False}) as connection:
        connection.execute(
            """
            create table claims (
                record_id varchar, party_type varchar, attribute varchar, value varchar, key varchar,
                position smallint);
            create table party_records (
                record_id varchar, source varchar, party_type varchar, observed_at timestamp);
            create table membership (record_id varchar, golden_id varchar, party_type varchar);
            """
        )
        connection.executemany(
            "insert into claims values ($1, 'person', $2, $3, replace(lower($3), 'é', 'e'), 0)", CLAIMS
        )
        connection.executemany(
            "insert into party_records values ($1, split_part($1, ':', 1), 'person', '2026-01-01')",
            [(record,) for record, _ in MEMBERS],
        )
        connection.executemany("insert into membership values ($1, $2, 'person')", MEMBERS)
        survive(connection, default_rules())
        yield connection


def test_one_row_per_golden_record_with_primary_values_provenance_and_conflicts(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    count = write_golden_records(connection, tmp_path)

    rows = pq.read_table(tmp_path / PARQUET_NAME).to_pylist()
    ann = rows[1]
    assert count == 3
    assert [row["golden_id"] for row in rows] == ["g-a", "g-b", "g-c"]
    assert (ann["party_type"], ann["size"], ann["sources"]) == ("person", 2, ["crm", "erp"])
    assert (ann["full_name"], ann["email"], ann["birth_date"]) == ("Ann Lee", "ann@x.org", "1970-01-02")
    assert [(v["attribute"], v["position"], v["value"], v["source"]) for v in ann["values"]] == [
        ("birth_date", 0, "1970-01-02", "crm"),
        ("email", 0, "ann@x.org", "crm"),
        ("email", 1, "lee@y.org", "erp"),
        ("full_name", 0, "Ann Lee", "crm"),
    ]
    assert [(c["attribute"], c["value"], c["record_id"], c["rule"]) for c in ann["conflicts"]] == [
        ("birth_date", "1970-02-01", "erp:party:9", "most_trusted")
    ]
    assert (rows[2]["size"], rows[2]["values"], rows[2]["conflicts"]) == (1, [], [])


def test_json_lines_hold_the_same_rows_and_any_text(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    write_golden_records(connection, tmp_path)

    lines = [json.loads(line) for line in (tmp_path / JSONL_NAME).read_text("utf-8").splitlines()]
    rows = pq.read_table(tmp_path / PARQUET_NAME).to_pylist()
    assert [list(line) for line in lines] == [list(row) for row in rows]
    assert [line["full_name"] for line in lines] == [row["full_name"] for row in rows]
    assert lines[0]["full_name"] == 'Bo "=1+1" Ek\n😀'


def test_two_writings_are_byte_equal_whatever_the_slices(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in ("one", "two", "sliced")]
    for folder in folders:
        folder.mkdir()

    write_golden_records(connection, folders[0])
    write_golden_records(connection, folders[1])
    monkeypatch.setattr(golden_records, "SLICE_SIZE", 1)
    write_golden_records(connection, folders[2])

    for name in (PARQUET_NAME, JSONL_NAME):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert (folders[0] / JSONL_NAME).read_bytes() == (folders[2] / JSONL_NAME).read_bytes()


def test_an_error_while_json_is_spelled_ends_the_writing(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(*_: object) -> Iterator[memoryview]:
        raise OSError("no space left on device")

    monkeypatch.setattr(golden_records, "_json_lines", disk_full)

    with pytest.raises(OSError, match="no space left"):
        write_golden_records(connection, tmp_path)


def test_a_run_without_golden_records_gives_empty_files(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    connection.execute("delete from membership; delete from golden_values; delete from conflicts")

    assert write_golden_records(connection, tmp_path) == 0
    assert pq.read_table(tmp_path / PARQUET_NAME).num_rows == 0
    assert (tmp_path / JSONL_NAME).read_bytes().strip() == b""
