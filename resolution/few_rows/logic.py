"""SQL's three-valued logic over functions of a row: None is neither true nor false."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from resolution.few_rows.tables import Row

Evaluate = Callable[[Row], Any]


def all_true(parts: Sequence[Evaluate]) -> Evaluate:
    """Return AND: false as soon as one part is, None where a part is unknown."""

    def evaluate(row: Row) -> bool | None:
        known: bool | None = True
        for part in parts:
            value = part(row)
            if value is None:
                known = None
            elif not value:
                return False
        return known

    return evaluate


def any_true(parts: Sequence[Evaluate]) -> Evaluate:
    """Return OR: true as soon as one part is, None where a part is unknown."""

    def evaluate(row: Row) -> bool | None:
        known: bool | None = False
        for part in parts:
            value = part(row)
            if value is None:
                known = None
            elif value:
                return True
        return known

    return evaluate


def negated(part: Evaluate) -> Evaluate:
    """Return NOT."""

    def evaluate(row: Row) -> bool | None:
        value = part(row)
        return None if value is None else not value

    return evaluate


def _comparison(compare: Callable[[Any, Any], Any]) -> Callable[[Evaluate, Evaluate], Evaluate]:
    def make(left: Evaluate, right: Evaluate) -> Evaluate:
        def evaluate(row: Row) -> bool | None:
            one = left(row)
            if one is None:
                return None
            other = right(row)
            return None if other is None else bool(compare(one, other))

        return evaluate

    return make


def _distinct(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda row: left(row) != right(row)


def _not_distinct(left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda row: left(row) == right(row)


COMPARISONS: dict[str, Callable[[Evaluate, Evaluate], Evaluate]] = {
    "COMPARE_EQUAL": _comparison(operator.eq),
    "COMPARE_NOTEQUAL": _comparison(operator.ne),
    "COMPARE_LESSTHAN": _comparison(operator.lt),
    "COMPARE_GREATERTHAN": _comparison(operator.gt),
    "COMPARE_LESSTHANOREQUALTO": _comparison(operator.le),
    "COMPARE_GREATERTHANOREQUALTO": _comparison(operator.ge),
    "COMPARE_DISTINCT_FROM": _distinct,
    "COMPARE_NOT_DISTINCT_FROM": _not_distinct,
}
