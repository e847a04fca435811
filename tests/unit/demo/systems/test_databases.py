import sqlite3
from pathlib import Path

import pytest

from demo.systems.databases import BATCH, CURSORS, TABLES, Database, table_names

PRODUCT = {"name": "Valve", "unit_price_cents": 100, "changed_on": "2026-01-01T00:00:00Z"}


def test_rows_of_many_batches_all_arrive(tmp_path: Path) -> None:
    with Database(tmp_path, "erp") as erp:
        for number in range(2 * BATCH + 7):
            erp.add("products", {"sku": str(number), **PRODUCT})

    with sqlite3.connect(tmp_path / "erp.db") as connection:
        assert connection.execute("select count(*) from products").fetchone() == (2 * BATCH + 7,)
    connection.close()


def test_a_row_without_all_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.ProgrammingError), Database(tmp_path, "erp") as erp:
        erp.add("products", {"sku": "1"})


@pytest.mark.parametrize("source", sorted(TABLES))
def test_every_table_has_a_key_and_an_index_on_its_cursor(source: str, tmp_path: Path) -> None:
    with Database(tmp_path, source):
        pass

    connection = sqlite3.connect(tmp_path / f"{source}.db")
    for table in table_names(connection):
        keys = connection.execute("select sum(pk > 0) from pragma_table_info(?)", [table]).fetchone()[0]
        indexed = connection.execute(
            "select count(*) from sqlite_schema where type = 'index' and name = ?",
            [f"{table}_{CURSORS[source]}"],
        ).fetchone()[0]
        assert (keys >= 1, indexed) == (True, 1), table
    connection.close()


def test_a_finished_database_has_no_write_ahead_log(tmp_path: Path) -> None:
    with Database(tmp_path, "crm"):
        pass

    connection = sqlite3.connect(tmp_path / "crm.db")
    assert connection.execute("pragma journal_mode").fetchone() == ("delete",)
    connection.close()
    assert [path.name for path in tmp_path.iterdir()] == ["crm.db"]
