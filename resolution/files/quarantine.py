"""Table `quarantine`: the rows that cannot be used, each with file, line, field, reason and content."""

import duckdb

DDL = """
create or replace table quarantine (file varchar, line bigint, field varchar, reason varchar, row_json varchar)
"""


def create_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    """Make an empty table `quarantine`."""
    connection.execute(DDL)
