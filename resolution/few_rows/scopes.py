"""What names mean in an expression: columns of a row, variables of a lambda, other selected columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolution.few_rows.parsing import Node
from resolution.few_rows.tables import Row

Evaluate = Callable[[Row], Any]


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


def constant(node: Node) -> Any:
    """Return the value of a constant node."""
    value, kind = node["value"], node["value"]["type"]
    if value["is_null"]:
        return None
    if kind["id"] == "DECIMAL":
        return value["value"] / 10 ** kind["type_info"]["scale"]
    return value["value"]
