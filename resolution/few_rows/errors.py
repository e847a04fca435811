"""What few rows cannot do.

UnsupportedSql     a statement uses what the evaluator does not know; raised when it is compiled
"""


class UnsupportedSql(Exception):
    """A statement that only DuckDB can run; the message names the construct."""
