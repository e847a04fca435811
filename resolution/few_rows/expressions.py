"""Expressions of DuckDB's syntax tree as Python functions of a row.

NULL is None; what DuckDB does with NULL is done here (three-valued logic, `coalesce`, `case`), in each
function's arguments by `functions.STRICT`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from resolution.few_rows import functions
from resolution.few_rows.calls import compile_call, strict
from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.logic import COMPARISONS, all_true, any_true, negated
from resolution.few_rows.parsing import Node
from resolution.few_rows.scopes import Evaluate, Scope, constant
from resolution.few_rows.tables import Row


def compile_expression(node: Node, scope: Scope) -> Evaluate:
    """Return the function of a row that the expression is.

    Raises:
        UnsupportedSql: It says something that is not known here.
    """
    kind = node["class"]
    maker = _MAKERS.get(kind)
    if maker is None:
        raise UnsupportedSql(f"an expression of class {kind}, {node.get('type')}")
    return maker(node, scope)


def _constant(node: Node, _: Scope) -> Evaluate:
    value = constant(node)
    return lambda _row: value


def _column(node: Node, scope: Scope) -> Evaluate:
    names = [name.lower() for name in node["column_names"]]
    found = scope.place(names)
    if found is None:
        alias = scope.aliases.get(names[0])
        if alias is None:
            raise UnsupportedSql(f"no column {'.'.join(names)}")
        return alias
    place, fields = found
    if not fields:
        return lambda row: row[place]
    (name,) = fields
    return lambda row: None if row[place] is None else row[place][name]


def _compare(node: Node, scope: Scope) -> Evaluate:
    left, right = (compile_expression(node[side], scope) for side in ("left", "right"))
    return COMPARISONS[node["type"]](left, right)


def _between(node: Node, scope: Scope) -> Evaluate:
    value, low, high = (compile_expression(node[part], scope) for part in ("input", "lower", "upper"))
    reaches = COMPARISONS["COMPARE_GREATERTHANOREQUALTO"](value, low)
    stays = COMPARISONS["COMPARE_LESSTHANOREQUALTO"](value, high)
    return all_true([reaches, stays])


def _conjunction(node: Node, scope: Scope) -> Evaluate:
    parts = [compile_expression(child, scope) for child in node["children"]]
    return all_true(parts) if node["type"] == "CONJUNCTION_AND" else any_true(parts)


def _cast(node: Node, scope: Scope) -> Evaluate:
    child, kind = compile_expression(node["child"], scope), _kind(node["cast_type"])
    is_tried = bool(node["try_cast"])
    if node["child"]["class"] == "CONSTANT":
        value = functions.cast(constant(node["child"]), kind, is_tried=is_tried)
        return lambda _: value
    return lambda row: functions.cast(child(row), kind, is_tried=is_tried)


def _kind(kind: Node) -> str:
    info = kind.get("type_info") or {}
    if kind["id"] == "DECIMAL":
        return f"DECIMAL({info['width']}, {info['scale']})"
    if kind["id"] == "LIST":
        return f"{_kind(info['child_type'])}[]"
    return str(kind["id"])


def _case(node: Node, scope: Scope) -> Evaluate:
    otherwise = compile_expression(node["else_expr"], scope)
    checks = node["case_checks"]
    chosen = _chosen_by_value(checks, scope, otherwise)
    if chosen is not None:
        return chosen
    ways = [
        (compile_expression(c["when_expr"], scope), compile_expression(c["then_expr"], scope)) for c in checks
    ]

    def evaluate(row: Row) -> Any:
        for holds, value in ways:
            if holds(row):
                return value(row)
        return otherwise(row)

    return evaluate


def _chosen_by_value(checks: Sequence[Node], scope: Scope, otherwise: Evaluate) -> Evaluate | None:
    """Return a `case x when 'a' …` as one look into a dictionary; None where it is another `case`."""
    whens = [check["when_expr"] for check in checks]
    if len(whens) < 2 or any(
        w["type"] != "COMPARE_EQUAL" or w["right"]["class"] != "CONSTANT" for w in whens
    ):
        return None
    if any(when["left"] != whens[0]["left"] for when in whens):
        return None
    subject = compile_expression(whens[0]["left"], scope)
    ways: dict[Any, Evaluate] = {}
    for when, check in zip(whens, checks, strict=True):
        ways.setdefault(constant(when["right"]), compile_expression(check["then_expr"], scope))

    def evaluate(row: Row) -> Any:
        value = subject(row)
        return (ways.get(value, otherwise) if value is not None else otherwise)(row)

    return evaluate


def _operator(node: Node, scope: Scope) -> Evaluate:
    kind, children = node["type"], node["children"]
    if kind in ("COMPARE_IN", "COMPARE_NOT_IN"):
        return _within(children, scope, is_negated=kind == "COMPARE_NOT_IN")
    parts = [compile_expression(child, scope) for child in children]
    match kind:
        case "OPERATOR_COALESCE":
            return _coalesce(parts)
        case "OPERATOR_IS_NULL":
            return lambda row: parts[0](row) is None
        case "OPERATOR_IS_NOT_NULL":
            return lambda row: parts[0](row) is not None
        case "OPERATOR_NOT":
            return negated(parts[0])
        case "ARRAY_EXTRACT":
            return strict(functions.extracted, parts)
        case "ARRAY_SLICE":
            return _slice(
                [part if _is_said(c) else _nothing for part, c in zip(parts, children, strict=True)]
            )
    raise UnsupportedSql(f"operator {kind}")


def _is_said(node: Node) -> bool:
    """Return whether an end of a slice is said; one that is left out comes as an empty list."""
    return bool(node["class"] != "CONSTANT" or node["value"]["type"]["id"] != "LIST")


def _nothing(_: Row) -> None:
    return None


def _slice(parts: Sequence[Evaluate]) -> Evaluate:
    value, first, last = parts

    def evaluate(row: Row) -> Any:
        of, start, end = value(row), first(row), last(row)
        return None if of is None else functions.sliced(of, start, end)

    return evaluate


def _within(children: Sequence[Node], scope: Scope, *, is_negated: bool) -> Evaluate:
    value = compile_expression(children[0], scope)
    if any(child["class"] != "CONSTANT" for child in children[1:]):
        raise UnsupportedSql("a set of values that are not constants")
    known = frozenset(constant(child) for child in children[1:])

    def evaluate(row: Row) -> bool | None:
        held = value(row)
        return None if held is None else (held in known) is not is_negated

    return evaluate


def _coalesce(parts: Sequence[Evaluate]) -> Evaluate:
    def evaluate(row: Row) -> Any:
        for part in parts:
            value = part(row)
            if value is not None:
                return value
        return None

    return evaluate


def _call(node: Node, scope: Scope) -> Evaluate:
    return compile_call(node, scope, compile_expression)


_MAKERS: dict[str, Callable[[Node, Scope], Evaluate]] = {
    "CONSTANT": _constant,
    "COLUMN_REF": _column,
    "COMPARISON": _compare,
    "BETWEEN": _between,
    "CONJUNCTION": _conjunction,
    "CAST": _cast,
    "CASE": _case,
    "OPERATOR": _operator,
    "FUNCTION": _call,
}
