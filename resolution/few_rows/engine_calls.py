"""Single values that only DuckDB computes: folding of letters beyond ASCII, times, unusual casts.

What is asked once is remembered: the same letters come again and again.
"""

from functools import lru_cache
from typing import Any

from resolution.few_rows.parsing import engine

REMEMBERED = 20_000  # values; some megabytes


def ask(expression: str, *values: Any) -> Any:
    """Return the value of a SQL expression over `$1`, `$2` and so on."""
    hashable = tuple(tuple(value) if isinstance(value, list) else value for value in values)
    return _asked(expression, hashable)


@lru_cache(maxsize=REMEMBERED)
def _asked(expression: str, values: tuple[Any, ...]) -> Any:
    given = [list(value) if isinstance(value, tuple) else value for value in values]
    row = engine().execute(f"select {expression}", given).fetchone()
    return row[0] if row is not None else None
