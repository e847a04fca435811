"""Calls of DuckDB's functions as Python functions of a row."""

from collections.abc import Callable, Sequence
from typing import Any

from resolution.few_rows import functions, patterns
from resolution.few_rows.engine_calls import ask
from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.parsing import Node
from resolution.few_rows.scopes import Evaluate, Scope, constant
from resolution.few_rows.tables import Row

Compile = Callable[[Node, Scope], Evaluate]


def strict(function: Callable[..., Any], parts: Sequence[Evaluate]) -> Evaluate:
    """Return a call that is NULL when an argument is."""
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


def compile_call(node: Node, scope: Scope, compiled: Compile) -> Evaluate:
    """Return the function of a row that a call is; `compiled` compiles its arguments.

    Raises:
        UnsupportedSql: It calls what is not known here.
    """
    name, children = node["function_name"], node["children"]
    if name in ("list_filter", "list_transform"):
        return _over_list(name, children, scope, compiled)
    if name == "struct_pack":
        fields = [(child["alias"], compiled(child, scope)) for child in children]
        return lambda row: {field: value(row) for field, value in fields}
    parts = [compiled(child, scope) for child in children]
    if name == "nullif":
        return _nullif(*parts)
    if name in functions.LENIENT:
        lenient = functions.LENIENT[name]
        return lambda row: lenient(*(part(row) for part in parts))
    if name in functions.ASKED:
        call = f"{name}({', '.join(f'${n + 1}' for n in range(len(parts)))})"
        return strict(lambda *values: ask(call, *values), parts)
    if name not in functions.STRICT:
        raise UnsupportedSql(f"function {name}")
    if name.startswith("regexp") or name == "string_split_regex":
        return _with_pattern(name, children, parts)
    return strict(functions.STRICT[name], parts)


def _with_pattern(name: str, children: Sequence[Node], parts: Sequence[Evaluate]) -> Evaluate:
    """Return a call of a function with a regular expression, compiled now where it is constant."""
    if any(child["class"] != "CONSTANT" for child in children[1:]):
        return strict(functions.STRICT[name], parts)
    values = [constant(child) for child in children[1:]]
    match name:
        case "regexp_replace":
            ready = patterns.replacer(values[0], values[1], is_global=values[2:] == ["g"])
        case "regexp_extract":
            return strict(patterns.extractor(values[0], values[1] if len(values) > 1 else 0), parts[:1])
        case "regexp_matches":
            search = patterns.compiled(values[0]).search
            return strict(lambda text: search(text) is not None, parts[:1])
        case "regexp_full_match":
            whole = patterns.compiled(values[0]).fullmatch
            return strict(lambda text: whole(text) is not None, parts[:1])
        case _:
            return strict(patterns.splitter(values[0]), parts[:1])
    return strict(ready, parts[:1])


def _nullif(value: Evaluate, other: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Any:
        held = value(row)
        return None if held is not None and held == other(row) else held

    return evaluate


def _over_list(name: str, children: Sequence[Node], scope: Scope, compiled: Compile) -> Evaluate:
    values, function = compiled(children[0], scope), children[1]
    inner = scope.with_variable(function["lhs"]["column_names"][0].lower())
    body = compiled(function["expr"], inner)
    if name == "list_filter":
        return _strict_list(values, lambda row, held: [v for v in held if body((*row, v))])
    return _strict_list(values, lambda row, held: [body((*row, v)) for v in held])


def _strict_list(values: Evaluate, made: Callable[[Row, list[Any]], list[Any]]) -> Evaluate:
    def evaluate(row: Row) -> Any:
        held = values(row)
        return None if held is None else made(row, held)

    return evaluate
