"""The port that every source fits: discover, read, keys, count, sample, check, and typed writes.

A connector knows its system and nothing of ours: no warehouse, no loading library, no scheduler. What it
raises is one of the five classes of `ConnectorError`; retrying is the caller's work.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import pyarrow as pa

Row: TypeAlias = Mapping[str, Any]
Cursor: TypeAlias = Mapping[str, Any]  # what JSON can hold; only its connector knows what is in it
KeyValues: TypeAlias = tuple[Any, ...]  # in the order of the object's keys


class FieldType(StrEnum):
    """What a column holds. Times and exact decimals stay text, so that nothing is rounded on the way."""

    TEXT = "text"
    BIGINT = "bigint"
    DOUBLE = "double"
    BOOLEAN = "boolean"


class Deletes(StrEnum):
    """How deletions reach us: shown by the source, found by comparing all keys, or not at all."""

    OBSERVED = "observed"
    RECONCILE = "reconcile"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of an object.

    `is_content` is False for what may differ between two copies of one record (the folder a mail was
    found in): a difference there alone is no change.
    """

    name: str
    type: FieldType
    is_content: bool = True


@dataclass(frozen=True, slots=True)
class SourceObject:
    """A table of a source: one row per combination of `keys`.

    `cursor_field` orders versions of a row in time; without one, a later arrival is the newer version.
    """

    name: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    cursor_field: str | None = None
    soft_delete_field: str | None = None
    deletes: Deletes = Deletes.NONE


@dataclass(frozen=True, slots=True)
class Undiscovered:
    """A declared object that the source does not have as declared, and why; the others can be read."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """What a connector could not read as a row of its object, with the reason."""

    row: Row
    reason: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Changed rows, and the cursor to go on from once they are stored; None leaves the last one in force.

    A source that shows deletions gives the deleted row once more, with its soft-delete field set.
    """

    changes: pa.RecordBatch | Sequence[Row]
    cursor: Cursor | None = None
    bad: Sequence[BadRow] = ()


@dataclass(frozen=True, slots=True)
class ActionType:
    """A typed write that a connector can carry out: its name, and the fields that it takes."""

    name: str
    fields: tuple[Field, ...]


class Connector(ABC):
    """One connected system, for reading. Holds connections; `close` gives them back."""

    @abstractmethod
    def check(self) -> None:
        """Ask the source for a sign of life; raises the `ConnectorError` that tells what is wrong."""

    @abstractmethod
    def discover(self) -> tuple[SourceObject | Undiscovered, ...]:
        """Return the declared objects as the source has them today."""

    @abstractmethod
    def read(self, object_: SourceObject, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages of what changed at or after the cursor; all that there is without one.

        Rows at the cursor itself come again, so that none is lost when many share one cursor value.
        """

    @abstractmethod
    def keys(self, object_: SourceObject) -> Iterator[Sequence[KeyValues]]:
        """Yield batches of the keys of every row; ending without an error means: that is all."""

    @abstractmethod
    def count(self, object_: SourceObject) -> int:
        """Return how many rows the source holds now, softly deleted ones included."""

    @abstractmethod
    def sample(self, object_: SourceObject, size: int) -> Page:
        """Return about `size` whole rows, spread evenly over all keys, always the same for same data."""

    def actions(self) -> tuple[ActionType, ...]:
        """Return the typed writes that this connector can carry out; none, unless it is `Writable`."""
        return ()

    def close(self) -> None:  # noqa: B027 - most connectors hold nothing open
        """Give back what is held open."""


class Writable(ABC):
    """The write side of a connector, for those that may be written to.

    Only the orchestrator calls it, with an approved action. `idempotency_key` names the effect: the same
    key a second time has no second effect. Afterwards `outcome` can be asked, also by another process.
    """

    @abstractmethod
    def act(self, action: ActionType, values: Row, *, idempotency_key: str) -> None:
        """Carry out one action, once."""

    @abstractmethod
    def outcome(self, idempotency_key: str) -> bool | None:
        """Return whether the action took effect, or None when the system cannot tell."""
