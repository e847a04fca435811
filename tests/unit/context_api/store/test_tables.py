"""What holds for every table of the store."""

import pytest

from context_api.store.ranges import ranged_tables
from context_api.store.tables import MODULES, metadata


@pytest.mark.parametrize("table", sorted(metadata().tables))
def test_the_tenant_comes_first_in_every_key(table: str) -> None:
    assert next(column.name for column in metadata().tables[table].primary_key) == "tenant_id"


@pytest.mark.parametrize("table", ranged_tables())
def test_a_ranged_table_is_indexed_by_where_its_rows_begin_and_end(table: str) -> None:
    names = {str(index.name) for index in metadata().tables[table].indexes}

    assert {f"ix_{table}_published_from", f"ix_{table}_published_to"} <= names


def test_every_module_of_tables_is_known() -> None:
    assert len(MODULES) == len(set(MODULES))
