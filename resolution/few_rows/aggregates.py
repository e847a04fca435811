"""Aggregates of DuckDB over the few rows of a group."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.expressions import compile_expression
from resolution.few_rows.parsing import Node
from resolution.few_rows.scopes import Scope, constant
from resolution.few_rows.tables import Row

OfGroup = Callable[[Sequence[Row]], Any]


def _sum(values: Sequence[Any]) -> Any:
    if not values:
        return None
    return sum(values, Decimal(0)) if isinstance(values[0], Decimal) else sum(values)


_AGGREGATES: dict[str, Callable[[Sequence[Any]], Any]] = {
    "max": lambda values: max(values, default=None),
    "min": lambda values: min(values, default=None),
    "any_value": lambda values: values[0] if values else None,
    "sum": _sum,
    "count": len,
}

_NAMES = frozenset({*_AGGREGATES, "list", "string_agg", "count_star"})


def is_aggregate(node: Node) -> bool:
    """Return whether an expression is an aggregate call."""
    return node["class"] == "FUNCTION" and node["function_name"] in _NAMES


_INSIDE = ("children", "child", "left", "right", "case_checks", "when_expr", "then_expr", "else_expr")


def has_aggregate(node: Node) -> bool:
    """Return whether an expression calls an aggregate anywhere."""
    if "class" in node and (is_aggregate(node) or node["class"] in ("CONSTANT", "COLUMN_REF")):
        return is_aggregate(node)
    for name in _INSIDE:
        inner = node.get(name) or ()
        if any(has_aggregate(part) for part in ([inner] if isinstance(inner, dict) else inner)):
            return True
    return False


def compile_aggregate(node: Node, scope: Scope) -> OfGroup:
    """Return the function of a group's rows that an aggregate call is."""
    name = node["function_name"]
    holds = compile_expression(node["filter"], scope) if node["filter"] else None
    orders = [
        (compile_expression(order["expression"], scope), "DESC" in order["type"])
        for order in node["order_bys"]["orders"]
    ]

    def chosen(rows: Sequence[Row]) -> list[Row]:
        found = [row for row in rows if holds(row)] if holds is not None else list(rows)
        for key, is_descending in reversed(orders):
            said = [row for row in found if key(row) is not None]
            last = [row for row in found if key(row) is None]
            found = [*sorted(said, key=key, reverse=is_descending), *last]
        return found

    if name == "count_star":
        return lambda rows: len(chosen(rows))
    value = compile_expression(node["children"][0], scope)
    if name == "list":
        return lambda rows: [value(row) for row in chosen(rows)] or None
    if name == "string_agg":
        separator = constant(node["children"][1])
        return lambda rows: _joined([value(row) for row in chosen(rows)], separator)
    if name not in _AGGREGATES or node["distinct"]:
        raise UnsupportedSql(f"aggregate {name}")
    aggregate = _AGGREGATES[name]
    return lambda rows: aggregate([v for row in chosen(rows) if (v := value(row)) is not None])


def _joined(values: Sequence[str | None], separator: str) -> str | None:
    said = [value for value in values if value is not None]
    return separator.join(said) if said else None
