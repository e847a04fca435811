"""Staging: for each feed, what differs from the store is ended and written, in short batches.

A step is what `on_step` is told before it begins. Whoever stages more of what a version holds adds a step:
`rows` reads the warehouse, `end` and `insert` write the store in batches that nobody sees yet, and every
ranged table is cleared of it again if the publish fails (`context_api/store/leftovers.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import duckdb
from sqlalchemy import text

from context_api.settling_publish import FreshnessRows, Publication
from context_api.store.bulk import Row
from context_api.store.engine import is_sqlite
from context_api.store.sealing import CLAIMS, TEXTS, VALUE
from pipelines import publish_feeds as feeds
from pipelines import publish_texts as texts
from pipelines.publish_differences import (
    compare,
    ended_keys,
    fill_entity_versions,
    fill_salts,
    fill_tokens,
    keep_decided_links,
    prepare,
    run_moment,
    slices_of_changed,
)
from pipelines.publish_feeds import Feed
from pipelines.publish_memory import Memory, fill_known, fingerprint, note, recall
from resolution.matching.model import ResolutionModel

BATCH = 5_000  # rows in one transaction: a tenth of a second of the store's writer
STEPS = (
    "party_records", "lookups", "outbox of records", "links", "identity_ledger", "redirects",
    "golden_records", "golden_values", "conflicts", "activities", "outbox of activities", "activity_parties",
    "relationships",
)  # fmt: skip
Make = Callable[[Row], Row]
OnStep = Callable[[str], None]


@dataclass(slots=True)
class Staged:
    """What was staged: rows written and ended by table; what to remember of it once it is visible."""

    memory: Memory
    written: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    noted: list[Feed] = field(default_factory=list)
    fingerprints: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing differs from the store."""
        return not any(self.written.values()) and not any(self.ended.values())


def stage(
    connection: duckdb.DuckDBPyConnection,
    publication: Publication,
    *,
    model: ResolutionModel,
    on_step: OnStep,
) -> Staged:
    """Stage everything that differs from the store."""
    levels = prepare(connection, model)
    staged = Staged(recall(connection, publication))
    work = _Work(connection, publication, staged, model.model_id, on_step)
    work.party_records()
    work.links(feeds.links_feed(levels))
    moment = run_moment(connection)
    for feed in (feeds.LEDGER, feeds.REDIRECTS):
        work.plain(feed, recorded_to=moment)
    work.golden_records()
    work.activities()
    for feed in (feeds.ACTIVITY_PARTIES, feeds.RELATIONSHIPS):
        work.plain(feed)
    return staged


def stage_freshness(publication: Publication, staged: Staged, fresh: FreshnessRows) -> None:
    """Stage how fresh the sources are, with a version that something else makes."""
    if not (fresh.rows or fresh.replaced):
        return
    table = feeds.FRESHNESS.table
    with publication.batch() as store:
        publication.end(store, table, keys=feeds.FRESHNESS.keys, rows=fresh.replaced)
        columns = ("tenant_id", "published_from", *fresh.columns)
        rows = ((publication.tenant_id, publication.version, *row) for row in fresh.rows)
        publication.insert(store, table, columns=columns, rows=rows)
    staged.written[table], staged.ended[table] = len(fresh.rows), len(fresh.replaced)


def freshness_rows(connection: duckdb.DuckDBPyConnection, publication: Publication) -> FreshnessRows:
    """Return what differs in how fresh sources are from what the store says, not from what is remembered."""
    feed = feeds.FRESHNESS
    fill_known(connection, publication, feed, Memory(None, {}))
    compare(connection, feed)
    rows = connection.execute(feed.rows).fetchall()
    return FreshnessRows(ended_keys(connection, feed), feed.columns, rows)


@dataclass(frozen=True, slots=True)
class _Work:
    connection: duckdb.DuckDBPyConnection
    publication: Publication
    staged: Staged
    model_id: str
    on_step: OnStep

    def differs(self, feed: Feed) -> bool:
        """Make `changed` and `gone` of a feed, unless all that it is made of is as it was."""
        memory = self.staged.memory
        as_remembered = fill_known(self.connection, self.publication, feed, memory)
        found = fingerprint(self.connection, feed, model_id=self.model_id)
        self.staged.fingerprints[feed.table] = found
        if as_remembered and memory.fingerprints.get(feed.table) == found:
            return False
        compare(self.connection, feed)
        return True

    def plain(self, feed: Feed, *, recorded_to: str = "") -> None:
        """Stage a feed whose rows are written as they are."""
        self.on_step(feed.table)
        if self.differs(feed):
            self.write(feed, recorded_to=recorded_to)

    def write(
        self,
        feed: Feed,
        *,
        make: Make | None = None,
        columns: Sequence[str] | None = None,
        recorded_to: str = "",
    ) -> None:
        """End what differs or is gone, then write the new rows of table `changed`."""
        note(self.connection, feed, self.staged.memory)
        self.staged.noted.append(feed)
        self.end(feed.table, feed.keys, ended_keys(self.connection, feed), recorded_to=recorded_to)
        columns = ["tenant_id", "published_from", *(columns or feed.columns)]
        self.insert(feed.table, columns, self.sliced(feed, lambda: self.ranged_rows(feed.rows)), make=make)

    def end(self, table: str, keys: Sequence[str], rows: Sequence[Row], *, recorded_to: str = "") -> None:
        """Let rows end in short transactions."""
        for batch in _batches(rows):
            with self.publication.batch() as store:
                self.publication.end(store, table, keys=keys, rows=batch, recorded_to=recorded_to)
        self.staged.ended[table] = self.staged.ended.get(table, 0) + len(rows)

    def insert(
        self, table: str, columns: Sequence[str], rows: Iterable[Row], *, make: Make | None = None
    ) -> None:
        """Write rows in short transactions.

        What takes time is done before each where there is one writer, and while the server takes in the rows
        before where there are several.
        """
        has_one_writer = is_sqlite(self.publication.engine)
        for batch in _batches(rows):
            made: Iterable[Row] = batch if make is None else map(make, batch)
            if has_one_writer:
                made = list(made)
            with self.publication.batch() as store:
                self.publication.insert(store, table, columns=columns, rows=made)
            self.staged.written[table] = self.staged.written.get(table, 0) + len(batch)

    def rows(self, statement: str, given: Sequence[object] = ()) -> Iterator[Row]:
        """Yield the rows of a query over the warehouse."""
        cursor = self.connection.execute(statement, list(given))
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def ranged_rows(self, statement: str) -> Iterator[Row]:
        """Yield the rows of a query, each after its tenant and the version that it counts from."""
        publication = self.publication
        ranged = f"select $1::varchar, $2::bigint, q.* from ({statement}) as q"
        return self.rows(ranged, [publication.tenant_id, publication.version])

    def sliced(self, feed: Feed, rows: Callable[[], Iterable[Row]]) -> Iterator[Row]:
        """Yield `rows` of a slice of what changed after the other."""
        for _ in slices_of_changed(self.connection, feed):
            yield from rows()

    def party_records(self) -> None:
        """Records, their keys, look-ups, and what the outbox says of them."""
        self.on_step("party_records")
        feed, sealer = feeds.PARTY_RECORDS, self.publication.sealer
        if not self.differs(feed):
            return
        self.keys_of("select record_id from changed")
        self.end("lookups", feed.keys, ended_keys(self.connection, feed))

        def sealed(row: Row) -> Row:
            *plain, salt, claims = row
            if salt is None:  # erased: nothing of it is kept
                return (*plain, b"")
            return (*plain, sealer.seal(claims, salt=salt, record_id=row[2], what=CLAIMS))

        columns = [c for c in feed.columns if c not in ("salt", "claims")]
        self.write(feed, make=sealed, columns=[*columns, "sealed_claims"])
        self.on_step("lookups")
        self.lookups()
        self.on_step("outbox of records")
        self.outbox(texts.OUTBOX_CUSTOMERS, gone="customer", feed=feed)

    def lookups(self) -> None:
        """The words that changed records are found by, as keyed hashes, in the order of their index."""
        self.connection.execute(f"create or replace temp table words as {texts.LOOKUPS}")
        fill_tokens(self.connection, self.publication.sealer.token)
        self.insert(
            "lookups",
            ("tenant_id", "published_from", "token", "record_id"),
            self.ranged_rows(
                "select token, record_id from words inner join tokens using (term) order by all"
            ),
        )
        self.connection.execute("drop table words; drop table tokens")

    def links(self, feed: Feed) -> None:
        """Links as the model sees them."""
        self.on_step(feed.table)
        if self.differs(feed):
            keep_decided_links(self.connection)
            self.write(feed)

    def activities(self) -> None:
        """Activities, their keys, and what the outbox says of them."""
        self.on_step("activities")
        feed, sealer = feeds.ACTIVITIES, self.publication.sealer
        if not self.differs(feed):
            return
        self.keys_of("select activity_id as record_id from changed")

        def sealed(row: Row) -> Row:
            *plain, salt, said = row
            body = b"" if salt is None else sealer.seal(said, salt=salt, record_id=row[2], what=TEXTS)
            return (*plain, body)

        columns = [c for c in feed.columns if c not in ("salt", "texts")]
        self.write(feed, make=sealed, columns=[*columns, "sealed_texts"])
        self.on_step("outbox of activities")
        self.outbox(texts.OUTBOX_ACTIVITIES, gone="activity", feed=feed)

    def golden_records(self) -> None:
        """Golden records first, so that whatever stops us, clean-up finds what they state by them."""
        feed = feeds.GOLDEN_RECORDS
        self.on_step("golden_records")
        if not self.differs(feed):
            return
        fill_entity_versions(self.connection, self.publication)
        self.keys_of(
            "select record_id from golden_values semi join changed using (golden_id)"
            " union select record_id from conflicts semi join changed using (golden_id)"
        )
        self.write(feed)
        sealer, tenant_id = self.publication.sealer, self.publication.tenant_id

        def sealed(row: Row) -> Row:
            golden_id, entity_version, attribute, position, value, record_id, *rest, salt = row
            body = (
                b""
                if salt is None
                else sealer.seal(value, salt=salt, record_id=record_id, what=f"{VALUE}:{attribute}")
            )
            return (tenant_id, golden_id, entity_version, attribute, position, body, record_id, *rest)

        for table, statement in (("golden_values", feeds.VALUES_SQL), ("conflicts", feeds.CONFLICTS_SQL)):
            self.on_step(table)
            self.insert(table, ("tenant_id", *feeds.STATED_COLUMNS), self.rows(statement), make=sealed)

    def keys_of(self, needed: str) -> None:
        """Fill table `salts` for the records of a query, with new keys for those that have none."""
        if fill_salts(self.connection, self.publication, needed):
            self.insert(
                "record_keys",
                ("tenant_id", "record_id", "salt"),
                self.rows(
                    "select $1::varchar, record_id, salt from fresh_salts order by record_id",
                    [self.publication.tenant_id],
                ),
            )

    def outbox(self, statement: str, *, gone: str, feed: Feed) -> None:
        """Fill the outbox with what changed; what is gone has an empty text."""
        (changed,) = self.connection.execute("select count(*) from changed").fetchone() or (0,)
        keys = ", ".join(feed.keys)
        lost = self.connection.execute(f"select {keys} from gone order by all").fetchall()
        if not changed + len(lost):
            return
        publication = self.publication
        with publication.batch() as store:
            which = {"tenant": publication.tenant_id, "rows": changed + len(lost)}
            last: int = store.execute(
                text(
                    "update tenants set outbox_sequence = outbox_sequence + :rows where tenant_id = :tenant"
                    " returning outbox_sequence"
                ),
                which,
            ).scalar_one()
        numbers = iter(range(last - changed - len(lost) + 1, last + 1))
        self.insert(
            "outbox",
            ("tenant_id", "version", "sequence", "kind", "key", "text", "payload_json"),
            chain(
                self.sliced(feed, lambda: self.rows(statement)), ((gone, key, "", "{}") for (key,) in lost)
            ),
            make=lambda row: (publication.tenant_id, publication.version, next(numbers), *row),
        )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch
