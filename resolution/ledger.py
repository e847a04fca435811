"""The identity ledger: golden ids that stay while clusters change (DESIGN.md, law 4).

A golden record carries the seed id of its founder: of its members the one first seen, ties to the
smaller record id. Members are its live records and its ghosts. A ghost is a tombstoned record whose
seed was once in use; it stays with its heir, the first seen of the live records it left behind, and
when that is tombstoned too, with the heir's heir. A seed id is thus always where its own record is,
which is why no other party can ever get it, why a merge keeps the older id, why a split leaves it to
the part with the first-seen member, and why undoing anything restores the ids there were before.

This is the small form, in memory; `ledger_bulk` writes the same rows in SQL, and a test holds the two
equal.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from resolution.domain.ids import seed_id
from resolution.domain.ledger import Change, Ledger, LedgerRow, Redirect


def advance(
    ledger: Ledger,
    clusters: Iterable[Collection[str]],
    *,
    now: datetime,
    cause: str,
    first_seen: Mapping[str, datetime] | None = None,
    removed: Collection[str] | None = None,
) -> Ledger:
    """Return the ledger with the rows and redirects that the clusters of `now` make; idempotent.

    Without `removed`, `clusters` hold every live record, and a record they lack is tombstoned. With
    it, only those records are, and `clusters` need only hold whole clusters that changed; former
    companions that they leave out stay together. `first_seen` says when records were first seen where
    the ledger does not know. A `now` before the ledger's last row counts as the time of that row.
    """
    moment = max([now, *(row.valid_from for row in ledger.rows)])
    before = _Before.of(ledger, clusters, removed=removed)
    scope = [*before.given, *before.kept()]
    seen = _first_seen(ledger, moment=moment, known=first_seen or {}, records=_flat(scope))
    heirs = before.heirs(seen)
    placed = _place(scope, heirs, seen=seen, founders=before.founders)
    placeless = {record for record in heirs if rest(record, heirs) is None}
    homes = {seed_id(record): placed.get(record) for record in before.founders & (placed.keys() | placeless)}
    changes = _changes(before, placed, heirs=heirs, homes=homes)
    opened = [
        LedgerRow(record, golden_id, moment, cause, change, heir=heirs.get(record))
        for record, (golden_id, change) in sorted(changes.items())
    ]
    closed = [
        replace(row, valid_to=moment) if row.valid_to is None and row.record_id in changes else row
        for row in ledger.rows
    ]
    return Ledger((*closed, *opened), _redirects(ledger.redirects, homes, moment=moment, cause=cause))


@dataclass(frozen=True, slots=True)
class _Before:
    """The ledger before a change, beside what the change says."""

    given: tuple[frozenset[str], ...]
    gone: frozenset[str]
    live: Mapping[str, str]  # record -> golden id
    tombstones: Mapping[str, str | None]  # record -> heir
    founders: frozenset[str]  # records whose seed was once a golden id

    @staticmethod
    def of(
        ledger: Ledger, clusters: Iterable[Collection[str]], *, removed: Collection[str] | None
    ) -> "_Before":
        given = tuple(frozenset(cluster) for cluster in clusters)
        live = ledger.membership()
        gone = live.keys() if removed is None else live.keys() & set(removed)
        standing = [row for row in ledger.rows if row.valid_to is None and row.golden_id is None]
        founders = (row.record_id for row in ledger.rows if row.golden_id == seed_id(row.record_id))
        return _Before(
            given=given,
            gone=frozenset(gone - _flat(given)),
            live=live,
            tombstones={row.record_id: row.heir for row in standing},
            founders=frozenset(founders),
        )

    def kept(self) -> list[frozenset[str]]:
        """Return what is left of the golden records that are touched, where nobody gave it anew."""
        given = _flat(self.given)
        hosts = {rest(record, self.tombstones) for record in given & self.tombstones.keys()}
        touched = given | self.gone | hosts
        affected = {self.live[record] for record in touched if record is not None and record in self.live}
        left: dict[str, set[str]] = defaultdict(set)
        for record, golden_id in self.live.items():
            if golden_id in affected and record not in given and record not in self.gone:
                left[golden_id].add(record)
        return [frozenset(cluster) for cluster in left.values()]

    def heirs(self, seen: Mapping[str, datetime]) -> dict[str, str | None]:
        """Return the heir of every record that is a tombstone from now on."""
        given = _flat(self.given)
        heirs = {record: heir for record, heir in self.tombstones.items() if record not in given}
        bereaved: dict[str, set[str]] = defaultdict(set)
        for record, golden_id in self.live.items():
            if record not in self.gone:
                bereaved[golden_id].add(record)
        for record in self.gone:
            left_behind = bereaved[self.live[record]]
            heirs[record] = min(left_behind, key=lambda r: (seen[r], r), default=None)
        return heirs


def rest(record: str, heirs: Mapping[str, str | None]) -> str | None:
    """Return the live record with which a tombstoned one rests, None when there is none.

    Ends because an heir is live when it becomes one, so that it is tombstoned later.
    """
    host: str | None = record
    while host is not None and host in heirs:
        host = heirs[host]
    return host


def _place(
    scope: Iterable[Collection[str]],
    heirs: Mapping[str, str | None],
    *,
    seen: Mapping[str, datetime],
    founders: Collection[str],
) -> dict[str, str]:
    """Return the golden id of each live record in scope, and of each ghost that is with them."""
    ghosts: dict[str | None, list[str]] = defaultdict(list)
    for record in heirs:
        if record in founders:
            ghosts[rest(record, heirs)].append(record)
    placed: dict[str, str] = {}
    for cluster in scope:
        members = [*cluster, *(ghost for record in cluster for ghost in ghosts[record])]
        founder = min(members, key=lambda record: (seen[record], record))
        placed.update(dict.fromkeys(members, seed_id(founder)))
    return placed


def _changes(
    before: _Before,
    placed: Mapping[str, str],
    *,
    heirs: Mapping[str, str | None],
    homes: Mapping[str, str | None],
) -> dict[str, tuple[str | None, Change]]:
    """Return the new golden id, and what happened, of each record that changes."""
    changes: dict[str, tuple[str | None, Change]] = {
        record: (None, Change.TOMBSTONED) for record in before.gone
    }
    for record, golden_id in placed.items():
        former = before.live.get(record)
        if record in heirs or former == golden_id:
            continue
        if former is None:
            change = Change.RETURNED if record in before.tombstones else Change.NEW
        else:
            change = Change.MERGED if homes.get(former) == golden_id else Change.SPLIT
        changes[record] = (golden_id, change)
    return changes


def _redirects(
    redirects: Iterable[Redirect], homes: Mapping[str, str | None], *, moment: datetime, cause: str
) -> tuple[Redirect, ...]:
    """Return the redirects: one is open for each once-given id whose founder is now in another's record."""
    wanted = {once: now for once, now in homes.items() if now is not None and now != once}
    found: list[Redirect] = []
    for redirect in redirects:
        is_over = (
            redirect.valid_to is None
            and redirect.golden_id_from in homes
            and wanted.get(redirect.golden_id_from) != redirect.golden_id_to
        )
        found.append(replace(redirect, valid_to=moment) if is_over else redirect)
    still_open = {redirect.golden_id_from for redirect in found if redirect.valid_to is None}
    return (
        *found,
        *(
            Redirect(once, now, moment, cause)
            for once, now in sorted(wanted.items())
            if once not in still_open
        ),
    )


def _first_seen(
    ledger: Ledger, *, moment: datetime, known: Mapping[str, datetime], records: Iterable[str]
) -> dict[str, datetime]:
    seen: dict[str, datetime] = dict.fromkeys(records, moment)
    for row in ledger.rows:
        seen[row.record_id] = min(row.valid_from, seen.get(row.record_id, moment))
    return {**seen, **known}


def _flat(clusters: Iterable[Collection[str]]) -> set[str]:
    return {record for cluster in clusters for record in cluster}
