import duckdb

from pipelines.assets.table_metadata import table_metadata


def test_rows_and_columns_are_those_of_the_table() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table marts.customers (id varchar not null, n bigint)"
        )
        connection.execute("insert into marts.customers values ('a', 1), ('b', 2)")

        found = table_metadata(connection, "marts.customers", descriptions={"id": "The golden id."})

    columns = found["dagster/column_schema"].columns
    assert found["dagster/row_count"] == 2
    assert [(c.name, c.type, c.description, c.constraints.nullable) for c in columns] == [
        ("id", "VARCHAR", "The golden id.", False),
        ("n", "BIGINT", None, True),
    ]
