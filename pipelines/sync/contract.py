"""The schema contract of an object: which columns rows must have, and what they must hold.

The contract is what the raw table holds, with new columns of the source taken in. A column that the source
lost, or whose values no longer fit, is never filled with nulls: it is reported, and the rows are set aside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pipelines.connectors.port import Field, FieldType, SourceObject
from pipelines.errors import SchemaFault

OWN_COLUMNS = ("_record_key", "_source_time", "_is_deleted", "_content_hash", "_load_id", "_synced_at")
SEQUENCE = "_sequence"  # of the landing table alone: the order in which rows arrived


@dataclass(frozen=True, slots=True)
class SchemaEvent:
    """What a source changed about a column since the contract was made."""

    column: str
    event: Literal["added", "lost", "retyped"]
    old_type: str | None = None
    new_type: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What rows of an object must look like; `lost` names columns without which no row is taken in."""

    object_: SourceObject
    fields: tuple[Field, ...]
    lost: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The key columns, in their order."""
        return self.object_.keys

    def types(self) -> dict[str, FieldType]:
        """Return the type of each column."""
        return {field.name: field.type for field in self.fields}


def agree(
    object_: SourceObject, known: Mapping[str, FieldType], *, let_go: frozenset[str] = frozenset()
) -> tuple[Contract, tuple[SchemaEvent, ...]]:
    """Return today's contract, and how the source differs from what the warehouse holds (`known`).

    `let_go` names columns that a person has declared as gone: their last values stay where they are.

    Raises:
        SchemaFault: two columns differ in case only, or one has a name that the raw layer uses itself.
    """
    _refuse_clashes(object_)
    offered = {field.name: field for field in object_.fields}
    if not known:
        return Contract(object_, object_.fields), ()
    events: list[SchemaEvent] = []
    fields: list[Field] = []
    for name, field in offered.items():
        held = known.get(name)
        if held is None:
            events.append(SchemaEvent(name, "added", None, field.type))
        elif held != field.type:
            events.append(SchemaEvent(name, "retyped", held, field.type))
        fields.append(field if held is None else Field(name, held, field.is_content))
    gone = [name for name in known if name not in offered]
    events += [SchemaEvent(name, "lost", known[name], None) for name in gone]
    return Contract(object_, tuple(fields), tuple(n for n in gone if n not in let_go)), tuple(events)


def come_back(
    object_: SourceObject, known: Mapping[str, FieldType], *, drifted: Mapping[str, str | None]
) -> tuple[SchemaEvent, ...]:
    """Return the events of columns that are again as the warehouse holds them.

    `drifted` are those that were not when last seen: the type that they had, None where they were lost.
    """
    events = []
    for field in object_.fields:
        is_as_held = field.name in drifted and known.get(field.name) == field.type
        if is_as_held and (was := drifted[field.name]) != field.type:
            event: Literal["added", "retyped"] = "added" if was is None else "retyped"
            events.append(SchemaEvent(field.name, event, was, field.type))
    return tuple(events)


def _refuse_clashes(object_: SourceObject) -> None:
    seen = {name.lower(): name for name in (*OWN_COLUMNS, SEQUENCE)}
    for field in object_.fields:
        other = seen.get(field.name.lower())
        if other is not None:
            raise SchemaFault(f"{object_.name}: the columns {field.name} and {other} cannot stand together")
        seen[field.name.lower()] = field.name


def with_new_fields(contract: Contract, found: Mapping[str, FieldType]) -> Contract:
    """Return the contract with columns that only the rows themselves showed."""
    known = {field.name for field in contract.fields}
    added = tuple(Field(name, type_) for name, type_ in found.items() if name not in known)
    return Contract(contract.object_, contract.fields + added, contract.lost)
