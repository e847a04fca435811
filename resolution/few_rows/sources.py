"""FROM: base tables, subqueries and joins of DuckDB's syntax tree, as rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from resolution.few_rows.errors import UnsupportedSql
from resolution.few_rows.expressions import compile_expression
from resolution.few_rows.parsing import Node
from resolution.few_rows.scopes import Evaluate, Scope
from resolution.few_rows.tables import Row, Table

TablesNow = Mapping[str, Table]


@dataclass(slots=True)
class Running:
    """One execution: the tables as they are now, and the results of its CTEs."""

    tables: TablesNow
    results: dict[int, Sequence[Row]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Columns with the names of their tables, and how to get the rows; `table` names a base table.

    `hidden` are places that a star leaves out: the right side of USING.
    """

    columns: tuple[tuple[str, str], ...]
    rows: Callable[[Running], Sequence[Row]]
    table: str | None = None
    hidden: frozenset[int] = frozenset()


# Given the node of a query: its columns and its rows.
CompileQuery = Callable[[Node], tuple[tuple[str, ...], Callable[[Running], Sequence[Row]]]]
# Given the name of a table or CTE: its columns, its rows, and whether it is a base table.
FindTable = Callable[[str], tuple[tuple[str, ...], Callable[[Running], Sequence[Row]], bool]]


@dataclass(frozen=True, slots=True)
class Finder:
    """What a FROM clause needs of its query."""

    query: CompileQuery
    table: FindTable

    def source(self, node: Node) -> Source:
        """Return the rows that a FROM clause stands for."""
        match node["type"]:
            case "EMPTY":
                return Source((), lambda _: [()])
            case "BASE_TABLE":
                name = node["table_name"].lower()
                columns, rows, is_table = self.table(name)
                called = (node["alias"] or name).lower()
                qualified = tuple((called, column) for column in columns)
                return Source(qualified, rows, name if is_table else None)
            case "SUBQUERY":
                columns, rows = self.query(node["subquery"]["node"])
                return Source(tuple(((node["alias"] or "").lower(), column) for column in columns), rows)
            case "JOIN":
                return self._join(node)
        raise UnsupportedSql(f"FROM a {node['type']}")

    def _join(self, node: Node) -> Source:
        left, right = self.source(node["left"]), self.source(node["right"])
        kind = node["join_type"]
        if kind not in ("LEFT", "INNER", "SEMI", "ANTI") or node["ref_type"] != "REGULAR":
            raise UnsupportedSql(f"join {kind} {node['ref_type']}")
        using = [name.lower() for name in node["using_columns"]]
        both = (*left.columns, *right.columns)
        key, place, rest = self._keys(node, left, right, using)
        met = _matcher(right, key, place, rest)
        hidden = {len(left.columns) + _place(right, name) for name in using}
        if kind in ("SEMI", "ANTI"):
            return Source(left.columns, lambda now: _kept(left.rows(now), met(now), is_met=kind == "SEMI"))
        empty = (None,) * len(right.columns) if kind == "LEFT" else None
        rows = _joined(left.rows, met, empty)
        return Source(both, rows, hidden=left.hidden | frozenset(hidden))

    def _keys(
        self, node: Node, left: Source, right: Source, using: Sequence[str]
    ) -> tuple[Evaluate, int, Evaluate | None]:
        """Return the left side of an equality, the place of its right column, and what else must hold."""
        scope = Scope(left.columns)
        if using:
            place = _place(left, using[0])
            if len(using) > 1:
                raise UnsupportedSql("USING several columns")
            return (lambda row: row[place]), _place(right, using[0]), None
        parts = _conjuncts(node["condition"])
        for number, part in enumerate(parts):
            found = _equality(part, scope, right)
            if found is not None:
                others = parts[:number] + parts[number + 1 :]
                return (*found, _all_hold(others, Scope((*left.columns, *right.columns))))
        raise UnsupportedSql("a join without an equality")


def _all_hold(conditions: Sequence[Node], scope: Scope) -> Evaluate | None:
    checks = [compile_expression(condition, scope) for condition in conditions]
    return (lambda row: all(check(row) for check in checks)) if checks else None


def _equality(node: Node, left: Scope, right: Source) -> tuple[Evaluate, int] | None:
    if node["type"] != "COMPARE_EQUAL":
        return None
    for side, other in (("left", "right"), ("right", "left")):
        column = node[side]
        if column["class"] != "COLUMN_REF":
            continue
        names = [name.lower() for name in column["column_names"]]
        found = Scope(right.columns).place(names)
        is_left = left.place(names) is not None
        if found is not None and not found[1] and not is_left:
            return compile_expression(node[other], left), found[0]
    return None


def _conjuncts(node: Node) -> list[Node]:
    if node["type"] == "CONJUNCTION_AND":
        return [part for child in node["children"] for part in _conjuncts(child)]
    return [node]


def _place(source: Source, column: str) -> int:
    return next(place for place, (_, name) in enumerate(source.columns) if name == column)


def _matcher(
    right: Source, key: Evaluate, place: int, rest: Evaluate | None
) -> Callable[[Running], Callable[[Row], Sequence[Row]]]:
    """Return, for an execution, the function from a left row to the right rows it meets."""

    def ready(now: Running) -> Callable[[Row], Sequence[Row]]:
        if right.table is not None:
            index = now.tables[right.table].index(place)
        else:
            index = Table(tuple(name for _, name in right.columns), right.rows(now)).index(place)

        def met(row: Row) -> Sequence[Row]:
            value = key(row)
            found = index.get(value, ()) if value is not None else ()
            return found if rest is None else [other for other in found if rest((*row, *other))]

        return met

    return ready


def _joined(
    left: Callable[[Running], Sequence[Row]],
    matcher: Callable[[Running], Callable[[Row], Sequence[Row]]],
    empty: Row | None,
) -> Callable[[Running], Sequence[Row]]:
    def rows(now: Running) -> Sequence[Row]:
        met, made = matcher(now), []
        for row in left(now):
            found = met(row)
            if found:
                made += [(*row, *other) for other in found]
            elif empty is not None:
                made.append((*row, *empty))
        return made

    return rows


def _kept(rows: Sequence[Row], met: Callable[[Row], Sequence[Row]], *, is_met: bool) -> Sequence[Row]:
    return [row for row in rows if bool(met(row)) is is_met]
