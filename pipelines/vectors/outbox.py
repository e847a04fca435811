"""The ports to the context store: what the index still has to follow, and all that it should hold.

Publish writes a row for each activity and customer summary whose text changed, and one without a text for
each that is gone (deleted at the source or erased). Rows are done once the index shows them; a crash in
between applies them again, which changes nothing. A row that is done keeps no text, so a rebuild asks the
store itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One change to follow. `text` is None where the point has to go.

    `is_latest` is false where a later pending row is about the same key: what it says is out of date
    already, and applying it would show, for a moment, what was deleted since.
    """

    tenant_id: str
    sequence: int
    kind: str
    key: str
    text: str | None
    payload: Mapping[str, object]
    is_latest: bool = True


class Outbox(ABC):
    """Where the drain takes its rows from, and where it says that they are done."""

    @abstractmethod
    def count_pending(self) -> int:
        """Return how many rows are not done."""

    @abstractmethod
    def has_done(self) -> bool:
        """Return whether an index was ever brought up to date from here."""

    @abstractmethod
    def pending(self, *, limit: int) -> Sequence[OutboxRow]:
        """Return the first rows that are not done, in order of sequence."""

    @abstractmethod
    def mark_done(self, rows: Sequence[OutboxRow], *, at: datetime) -> None:
        """Say that the index shows these rows. Repeating it changes nothing."""


class LiveTexts(ABC):
    """All that the index should hold, from the store itself."""

    @abstractmethod
    def count(self) -> int:
        """Return how many points the store asks for."""

    @abstractmethod
    def rows(self) -> Iterator[OutboxRow]:
        """Yield each activity and customer summary of the visible version that has a text."""
