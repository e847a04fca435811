import duckdb
import pytest

from resolution.domain.claims import IS_PARTIAL_SQL, is_partial

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
