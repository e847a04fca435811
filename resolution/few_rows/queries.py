"""Queries of DuckDB's syntax tree as functions from tables to rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolution.few_rows.aggregates import compile_aggregate, has_aggregate, is_aggregate
from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.expressions import compile_expression
from resolution.few_rows.parsing import Node
from resolution.few_rows.scopes import Evaluate, Scope
from resolution.few_rows.sources import Finder, Running, Source
from resolution.few_rows.tables import Row

Rows = Callable[[Running], Sequence[Row]]
_EXPANDING = ("unnest", "generate_subscripts")


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query: its columns, its rows, and the base tables that it reads with their columns."""

    columns: tuple[str, ...]
    rows: Rows
    reads: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Compiler:
    known: Mapping[str, tuple[str, ...]]  # columns of the tables that are there
    reads: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ctes: dict[str, tuple[tuple[str, ...], Rows]] = field(default_factory=dict)

    def query(self, node: Node) -> tuple[tuple[str, ...], Rows]:
        outer = dict(self.ctes)
        for entry in node["cte_map"]["map"]:
            columns, rows = self.query(entry["value"]["query"]["node"])
            self.ctes[entry["key"].lower()] = (columns, _once(rows))
        match node["type"]:
            case "SELECT_NODE":
                columns, rows = self._select(node)
            case "SET_OPERATION_NODE":
                columns, rows = self._union(node)
            case kind:
                raise UnsupportedSql(f"a query of type {kind}")
        self.ctes = outer
        return columns, _modified(rows, node["modifiers"])

    def find(self, name: str) -> tuple[tuple[str, ...], Rows, bool]:
        if name in self.ctes:
            return (*self.ctes[name], False)
        if name not in self.known:
            raise UnsupportedSql(f"no table {name}")
        self.reads[name] = self.known[name]
        return self.known[name], lambda now: now.tables[name].rows, True

    def _union(self, node: Node) -> tuple[tuple[str, ...], Rows]:
        parts = [node["left"], node["right"]] if "left" in node else node["children"]
        compiled = [self.query(part) for part in parts]
        columns, matched = compiled[0][0], [rows for _, rows in compiled]
        if node["setop_type"] == "UNION_BY_NAME":
            columns = tuple(dict.fromkeys(name for names, _ in compiled for name in names))
            matched = [_reordered(columns, names, rows) for names, rows in compiled]
        elif node["setop_type"] != "UNION":
            raise UnsupportedSql(f"set operation {node['setop_type']}")
        is_all = node["setop_all"]

        def rows(now: Running) -> Sequence[Row]:
            found = [row for part in matched for row in part(now)]
            return found if is_all else list(dict.fromkeys(found))

        return columns, rows

    def _select(self, node: Node) -> tuple[tuple[str, ...], Rows]:
        source = Finder(self.query, self.find).source(node["from_table"])
        where = node["where_clause"]
        kept = self._where(source, where) if where else source.rows
        if node["having"] or node["qualify"]:
            raise UnsupportedSql("HAVING or QUALIFY")
        if node["group_expressions"] or any(has_aggregate(item) for item in node["select_list"]):
            return self._grouped(node, source, kept)
        return self._projected(node, source, kept)

    def _where(self, source: Source, where: Node) -> Rows:
        holds = compile_expression(where, Scope(source.columns))
        return lambda now: [row for row in source.rows(now) if holds(row)]

    def _projected(self, node: Node, source: Source, kept: Rows) -> tuple[tuple[str, ...], Rows]:
        items = _items(node, source)
        names = tuple(name for name, _ in items)
        expanding = [i for i, (_, item) in enumerate(items) if _is_expanding(item)]
        made = [item for _, item in items]
        if expanding:
            return names, _expanded(kept, [_unwrapped(item) for item in made], expanding, source)
        if made == list(range(len(source.columns))):
            return names, kept
        evaluate = _all(made, names, source)
        return names, lambda now: [evaluate(row) for row in kept(now)]

    def _grouped(self, node: Node, source: Source, kept: Rows) -> tuple[tuple[str, ...], Rows]:
        scope = Scope(source.columns)
        items = _items(node, source)
        names = tuple(name for name, _ in items)
        plain = {name: item for name, item in items if isinstance(item, dict) and not has_aggregate(item)}
        keys = [compile_expression(_key(key, items, plain), scope) for key in node["group_expressions"]]
        parts = [_of_group(item, scope) for _, item in items]

        def rows(now: Running) -> Sequence[Row]:
            groups: dict[Row, list[Row]] = {} if keys else {(): []}
            for row in kept(now):
                groups.setdefault(tuple(key(row) for key in keys), []).append(row)
            return [tuple(part(group) for part in parts) for group in groups.values()]

        return names, rows


def compile_query(node: Node, known: Mapping[str, tuple[str, ...]]) -> Query:
    """Return a query ready to run on tables with the columns of `known`.

    Raises:
        UnsupportedSql: It says something that only DuckDB can run.
    """
    compiler = _Compiler(known)
    columns, rows = compiler.query(node)
    return Query(columns, rows, compiler.reads)


def _once(rows: Rows) -> Rows:
    """Return rows that are made once an execution, however often they are read."""

    def read(now: Running) -> Sequence[Row]:
        place = id(read)
        if place not in now.results:
            now.results[place] = rows(now)
        return now.results[place]

    return read


def _reordered(columns: Sequence[str], names: Sequence[str], rows: Rows) -> Rows:
    places = [names.index(column) if column in names else None for column in columns]
    return lambda now: [tuple(None if p is None else row[p] for p in places) for row in rows(now)]


def _modified(rows: Rows, modifiers: Sequence[Node]) -> Rows:
    for modifier in modifiers:
        if modifier["type"] == "DISTINCT_MODIFIER" and not modifier["distinct_on_targets"]:
            rows = _distinct(rows)
        elif modifier["type"] == "LIMIT_MODIFIER" and modifier["limit"]["class"] == "CONSTANT":
            rows = _limited(rows, modifier["limit"]["value"]["value"])
        else:
            raise UnsupportedSql(f"modifier {modifier['type']}")
    return rows


def _distinct(rows: Rows) -> Rows:
    return lambda now: list(dict.fromkeys(rows(now)))


def _limited(rows: Rows, most: int) -> Rows:
    return lambda now: rows(now)[:most]


Item = Node | int  # an expression, or the place of a source's column


def _items(node: Node, source: Source) -> list[tuple[str, Item]]:
    """Return the selected columns: their names, and expressions or places in the source."""
    items: list[tuple[str, Item]] = []
    for number, item in enumerate(node["select_list"]):
        if item["class"] == "STAR":
            items += _starred(item, source)
        else:
            items.append((_name(item, number), item))
    return items


def _starred(item: Node, source: Source) -> list[tuple[str, Item]]:
    if item["exclude_list"] or item["qualified_exclude_list"] or item["rename_list"] or item["columns"]:
        raise UnsupportedSql("a star with EXCLUDE, RENAME or COLUMNS")
    table = item["relation_name"].lower()
    replaced = {entry["key"].lower(): entry["value"] for entry in item["replace_list"]}
    return [
        (name, replaced.get(name, place))
        for place, (owner, name) in enumerate(source.columns)
        if (not table or owner == table) and (table or place not in source.hidden)
    ]


def _name(item: Node, number: int) -> str:
    if item["alias"]:
        return str(item["alias"]).lower()
    if item["class"] == "COLUMN_REF":
        return str(item["column_names"][-1]).lower()
    return f"column{number}"


def _all(items: Sequence[Item], names: Sequence[str], source: Source) -> Callable[[Row], Row]:
    aliases: dict[str, Evaluate] = {}
    scope = Scope(source.columns, aliases)
    parts = []
    for name, item in zip(names, items, strict=True):
        part = _at(item) if isinstance(item, int) else compile_expression(item, scope)
        aliases.setdefault(name, part)
        parts.append(part)
    return lambda row: tuple([part(row) for part in parts])


def _at(place: int) -> Evaluate:
    return lambda row: row[place]


def _is_expanding(item: Item) -> bool:
    return isinstance(item, dict) and item["class"] == "FUNCTION" and item["function_name"] in _EXPANDING


def _unwrapped(item: Item) -> Item:
    """Return the list that is expanded in the place of the call that expands it."""
    if isinstance(item, int) or not _is_expanding(item):
        return item
    return _Expanded(item["children"][0], is_place=item["function_name"] == "generate_subscripts")


class _Expanded(dict[str, Any]):
    """The expression of a list that becomes rows: of its values, or of their places."""

    def __init__(self, node: Node, *, is_place: bool) -> None:
        super().__init__(node)
        self.is_place = is_place


def _expanded(kept: Rows, items: Sequence[Item], expanding: Sequence[int], source: Source) -> Rows:
    evaluate = _all(items, [f"column{n}" for n in range(len(items))], source)
    places = {n for n in expanding if isinstance(item := items[n], _Expanded) and item.is_place}

    def rows(now: Running) -> Sequence[Row]:
        made: list[Row] = []
        for row in map(evaluate, kept(now)):
            longest = max(len(row[n] or ()) for n in expanding)
            for i in range(longest):
                made.append(
                    tuple(
                        value if n not in expanding else i + 1 if n in places else value[i]
                        for n, value in enumerate(row)
                    )
                )
        return made

    return rows


def _key(key: Node, items: Sequence[tuple[str, Item]], plain: Mapping[str, Node]) -> Node:
    """Return the expression that a GROUP BY names: by place, by alias, or itself."""
    if key["class"] == "CONSTANT":
        found = items[key["value"]["value"] - 1][1]
        if isinstance(found, dict):
            return found
    if key["class"] == "COLUMN_REF" and len(key["column_names"]) == 1:
        return plain.get(key["column_names"][0].lower(), key)
    return key


def _of_group(item: Item, scope: Scope) -> Callable[[Sequence[Row]], Any]:
    if isinstance(item, int):
        raise UnsupportedSql("a star beside GROUP BY")
    if is_aggregate(item):
        return compile_aggregate(item, scope)
    if not has_aggregate(item):
        value = compile_expression(item, scope)
        return lambda group: value(group[0])
    if item["class"] == "FUNCTION" and all(c["class"] == "CONSTANT" for c in item["children"][1:]):
        inner = _of_group(item["children"][0], scope)
        outer = compile_expression(
            {**item, "children": [_FIRST, *item["children"][1:]]}, Scope((("", "inner"),))
        )
        return lambda group: outer((inner(group),))
    raise UnsupportedSql("an aggregate inside an expression")


_FIRST: Node = {"class": "COLUMN_REF", "type": "COLUMN_REF", "alias": "", "column_names": ["inner"]}
