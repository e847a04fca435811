import dagster as dg
import duckdb
import pytest

from pipelines.assets.table_metadata import table_metadata


@pytest.fixture
def columns() -> dict[str, dg.TableColumn]:
    """The columns of a table as the catalogue shows them, by name."""
    with duckdb.connect() as connection:
        connection.execute(
            "create schema staging; create table staging.parties (id bigint not null, name text)"
        )
        connection.execute("comment on column staging.parties.id is 'Its number.'")
        found = table_metadata(connection, "staging.parties", descriptions={"name": "What it is called."})
    schema = found["dagster/column_schema"]
    return {column.name: column for column in schema.columns}


def test_rows_are_counted_in_the_schema_that_is_named() -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema staging; create table main.parties as select 1 as id")
        connection.execute("""create table staging."order" as select range as id from range(3)""")

        found = table_metadata(connection, "staging.order")

    assert found["dagster/row_count"] == 3
    assert found["dagster/table_name"] == "staging.order"


def test_columns_keep_order_type_and_whether_they_may_be_empty(columns: dict[str, dg.TableColumn]) -> None:
    told = [(c.name, c.type, c.constraints.nullable) for c in columns.values()]

    assert told == [("id", "BIGINT", False), ("name", "VARCHAR", True)]


def test_a_given_description_goes_before_the_comment_in_the_table(
    columns: dict[str, dg.TableColumn],
) -> None:
    assert columns["name"].description == "What it is called."
    assert columns["id"].description == "Its number."
