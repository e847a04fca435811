"""Which tables the database of a run keeps: runs of earlier releases lack those that came later."""

import duckdb

_IS_KEPT = """
select 1 from duckdb_tables()
where table_name = $1 and database_name = current_database() and schema_name = current_schema()
"""


def is_kept(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Return whether the current schema has a table; other attached databases do not count."""
    return connection.execute(_IS_KEPT, [table]).fetchone() is not None
