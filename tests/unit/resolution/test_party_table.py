"""The table of parties is split by source, and refused where it breaks its contract."""

from collections.abc import Iterator

import duckdb
import pytest

from resolution.domain.errors import InputError
from resolution.party_table import PARTY_COLUMNS, load_party_table


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        columns = ", ".join(f"{c.name} {c.kind}" for c in PARTY_COLUMNS)
        opened.execute(f"create table parties ({columns})")
        yield opened


def _add(connection: duckdb.DuckDBPyConnection, source: str, number: str) -> None:
    connection.execute(
        "insert into parties by name select $1 || ':contact:' || $2 as record_id, $1 as source,"
        " 'contact' as object, $2 as source_id",
        [source, number],
    )


def test_each_source_gets_a_table_of_its_own(connection: duckdb.DuckDBPyConnection) -> None:
    for source, number in (("erp", "1"), ("crm", "1"), ("crm", "2")):
        _add(connection, source, number)

    loaded = load_party_table(connection, "parties", duplicate_free=["erp"])

    counted = [
        connection.execute(f"select count(*), min(_record_id) from {source.table}").fetchone()
        for source in loaded
    ]
    assert [source.mapping.source for source in loaded] == ["crm", "erp"]
    assert counted == [(2, "crm:contact:1"), (1, "erp:contact:1")]
    assert [source.mapping.duplicate_free for source in loaded] == [None, True]


def test_a_record_id_that_is_missing_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("insert into parties by name select 'crm' as source")

    with pytest.raises(InputError, match="grain is one row per record_id"):
        load_party_table(connection, "parties")
