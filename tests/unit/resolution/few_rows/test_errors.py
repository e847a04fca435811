"""What few rows cannot do says so before it does anything."""

import pytest

from resolution.few_rows.connection import FewRows
from resolution.few_rows.errors import UnsupportedSql


@pytest.mark.parametrize(
    "sql",
    [
        pytest.param("select soundex_of_mine('a')", id="function"),
        pytest.param("select row_number() over ()", id="window"),
        pytest.param("select 1 where 1 in (select 2)", id="subquery"),
        pytest.param("insert into t select 1", id="insert"),
        pytest.param("select * from nowhere", id="no-table"),
        pytest.param("select 1 intersect select 2", id="set-operation"),
        pytest.param("select nothing", id="no-column"),
    ],
)
def test_what_it_does_not_know_is_refused(sql: str) -> None:
    with pytest.raises(UnsupportedSql):
        FewRows().execute(sql)
