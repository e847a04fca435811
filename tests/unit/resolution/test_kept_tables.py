import duckdb

from resolution.kept_tables import is_kept


def test_only_a_table_of_the_current_database_is_kept() -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as known; create table known.contents (record_id varchar)")

        assert not is_kept(connection, "contents")
        connection.execute("create table contents (record_id varchar)")
        assert is_kept(connection, "contents")
