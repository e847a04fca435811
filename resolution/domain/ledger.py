"""The identity ledger: which record belonged to which golden record, from when to when, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Change(StrEnum):
    """What happened to a record when its ledger row began."""

    NEW = "new"  # seen for the first time
    MERGED = "merged"  # its golden record became part of an older one
    SPLIT = "split"  # it left the part that keeps the golden id, or its golden id left it
    TOMBSTONED = "tombstoned"  # gone from its source; belongs to no golden record
    RETURNED = "returned"  # back after a tombstone


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One record in one golden record, from `valid_from` up to but not including `valid_to`.

    A record has exactly one row with `valid_to` None. A tombstoned record's row has no golden id;
    its `heir` is the live record with which its seed stays (the first seen of those it left
    behind), or None when it left nobody behind.
    """

    record_id: str
    golden_id: str | None
    valid_from: datetime
    cause: str
    change: Change
    valid_to: datetime | None = None
    heir: str | None = None


@dataclass(frozen=True, slots=True)
class Redirect:
    """A golden id that is not in use now, and the one that stands for its party meanwhile."""

    golden_id_from: str
    golden_id_to: str
    valid_from: datetime
    cause: str
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """All ledger rows and redirects, closed ones included."""

    rows: tuple[LedgerRow, ...] = ()
    redirects: tuple[Redirect, ...] = ()

    def membership(self) -> dict[str, str]:
        """Return the golden id of every live record."""
        return {
            row.record_id: row.golden_id
            for row in self.rows
            if row.valid_to is None and row.golden_id is not None
        }

    def current_id(self, golden_id: str) -> str | None:
        """Return the golden id that stands for a once-given id now; None when its party is gone."""
        if any(row.golden_id == golden_id and row.valid_to is None for row in self.rows):
            return golden_id
        return next(
            (
                redirect.golden_id_to
                for redirect in self.redirects
                if redirect.golden_id_from == golden_id and redirect.valid_to is None
            ),
            None,
        )
