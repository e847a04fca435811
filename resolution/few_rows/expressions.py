"""Expressions of DuckDB's syntax tree as Python functions of a row.

NULL is None; what DuckDB does with NULL is done here (three-valued logic, `coalesce`, `case`), in each
function's arguments by `functions.STRICT`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolution.few_rows import functions, patterns
from resolution.few_rows.engine_calls import ask
from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.logic import COMPARISONS, all_true, any_true, negated
from resolution.few_rows.parsing import Node
from resolution.few_rows.tables import Row

Evaluate = Callable[[Row], Any]
_PATTERN_AT = 1  # the argument of a regexp function that is the pattern


@dataclass(frozen=True, slots=True)
class Scope:
    """The columns of a row: each with the name of its table and its own; and names for expressions."""

    columns: tuple[tuple[str, str], ...]
    aliases: Mapping[str, Evaluate] = field(default_factory=dict)

    def place(self, names: Sequence[str]) -> tuple[int, Sequence[str]] | None:
        """Return where a name stands, and the struct fields that follow it."""
        if len(names) > 1:
            for place, (table, column) in enumerate(self.columns):
                if (table, column) == (names[0], names[1]):
                    return place, names[2:]
        for place, (_, column) in enumerate(self.columns):
            if column == names[0]:
                return place, names[1:]
        return None

    def with_variable(self, name: str) -> "Scope":
        """Return the scope of a lambda's body: one more value at the end of the row, found first."""
        hidden = tuple(("", "") if column == name else (table, column) for table, column in self.columns)
        return Scope((*hidden, ("", name)), self.aliases)


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


def constant(node: Node) -> Any:
    """Return the value of a constant node."""
    value, kind = node["value"], node["value"]["type"]
    if value["is_null"]:
        return None
    if kind["id"] == "DECIMAL":
        return value["value"] / 10 ** kind["type_info"]["scale"]
    return value["value"]


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
            return _strict(functions.extracted, parts)
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


def _strict(function: Callable[..., Any], parts: Sequence[Evaluate]) -> Evaluate:
    if len(parts) == 1:
        (only,) = parts

        def evaluate_one(row: Row) -> Any:
            value = only(row)
            return None if value is None else function(value)

        return evaluate_one

    def evaluate(row: Row) -> Any:
        values = []
        for part in parts:
            value = part(row)
            if value is None:
                return None
            values.append(value)
        return function(*values)

    return evaluate


def _function(node: Node, scope: Scope) -> Evaluate:
    name, children = node["function_name"], node["children"]
    if name in ("list_filter", "list_transform"):
        return _over_list(name, children, scope)
    if name == "struct_pack":
        fields = [(child["alias"], compile_expression(child, scope)) for child in children]
        return lambda row: {field: value(row) for field, value in fields}
    parts = [compile_expression(child, scope) for child in children]
    if name == "nullif":
        return _nullif(*parts)
    if name in functions.LENIENT:
        lenient = functions.LENIENT[name]
        return lambda row: lenient(*(part(row) for part in parts))
    if name in functions.ASKED:
        call = f"{name}({', '.join(f'${n + 1}' for n in range(len(parts)))})"
        return _strict(lambda *values: ask(call, *values), parts)
    if name not in functions.STRICT:
        raise UnsupportedSql(f"function {name}")
    if name.startswith("regexp") or name == "string_split_regex":
        return _with_pattern(name, children, parts)
    return _strict(functions.STRICT[name], parts)


def _with_pattern(name: str, children: Sequence[Node], parts: Sequence[Evaluate]) -> Evaluate:
    """Return a call of a function with a regular expression, compiled now where it is constant."""
    if any(child["class"] != "CONSTANT" for child in children[1:]):
        return _strict(functions.STRICT[name], parts)
    values = [constant(child) for child in children[1:]]
    match name:
        case "regexp_replace":
            ready = patterns.replacer(values[0], values[1], is_global=values[2:] == ["g"])
        case "regexp_extract":
            return _strict(patterns.extractor(values[0], values[1] if len(values) > 1 else 0), parts[:1])
        case "regexp_matches":
            search = patterns.compiled(values[0]).search
            return _strict(lambda text: search(text) is not None, parts[:1])
        case "regexp_full_match":
            whole = patterns.compiled(values[0]).fullmatch
            return _strict(lambda text: whole(text) is not None, parts[:1])
        case _:
            return _strict(patterns.splitter(values[0]), parts[:1])
    return _strict(ready, parts[:1])


def _nullif(value: Evaluate, other: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Any:
        held = value(row)
        return None if held is not None and held == other(row) else held

    return evaluate


def _over_list(name: str, children: Sequence[Node], scope: Scope) -> Evaluate:
    values, function = compile_expression(children[0], scope), children[1]
    inner = scope.with_variable(function["lhs"]["column_names"][0].lower())
    body = compile_expression(function["expr"], inner)
    if name == "list_filter":
        return _strict_list(values, lambda row, held: [v for v in held if body((*row, v))])
    return _strict_list(values, lambda row, held: [body((*row, v)) for v in held])


def _strict_list(values: Evaluate, made: Callable[[Row, list[Any]], list[Any]]) -> Evaluate:
    def evaluate(row: Row) -> Any:
        held = values(row)
        return None if held is None else made(row, held)

    return evaluate


_MAKERS: dict[str, Callable[[Node, Scope], Evaluate]] = {
    "CONSTANT": _constant,
    "COLUMN_REF": _column,
    "COMPARISON": _compare,
    "BETWEEN": _between,
    "CONJUNCTION": _conjunction,
    "CAST": _cast,
    "CASE": _case,
    "OPERATOR": _operator,
    "FUNCTION": _function,
}
