import duckdb
import pytest

from resolution.domain.claims import IS_PARTIAL_SQL, IS_WELL_WRITTEN_SQL, is_partial, is_well_written

ATTRIBUTES = ("given_name", "middle_name", "full_name", "birth_date", "address", "city", "email")
KEYS = ("", "j", "j smith", "jo", "jo smith", "1970", "1970-01", "1970-01-02", "leeds", "1 high st leeds")


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_sql_and_python_agree_on_what_is_partial(attribute: str) -> None:
    rows = [(attribute, key) for key in KEYS]

    with duckdb.connect() as connection:
        connection.execute("create table claims (attribute varchar, key varchar)")
        connection.executemany("insert into claims values (?, ?)", rows)
        in_sql = dict(connection.table("claims").project(f"key, {IS_PARTIAL_SQL}").fetchall())

    assert in_sql == {key: is_partial(attribute, key) for key in KEYS}


VALUES = ("Ann Lee", "ANN LEE", "ann lee", "Lee, Ann", "ÉMILE", "émile", "陈", "42", "", "É. Zola")


@pytest.mark.parametrize("attribute", ["full_name", "street"])
def test_sql_and_python_agree_on_what_is_well_written(attribute: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create table claims (attribute varchar, value varchar)")
        connection.executemany("insert into claims values (?, ?)", [(attribute, value) for value in VALUES])
        in_sql = dict(connection.table("claims").project(f"value, {IS_WELL_WRITTEN_SQL}").fetchall())

    assert in_sql == {value: is_well_written(attribute, value) for value in VALUES}
    assert [value for value in VALUES if in_sql[value]] == (
        ["Ann Lee", "陈", "42", "", "É. Zola"]
        if attribute == "full_name"
        else ["Ann Lee", "Lee, Ann", "陈", "42", "", "É. Zola"]
    )
