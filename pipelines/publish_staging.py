"""Staging: for each feed, what differs from the store is ended and written, in short batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

import duckdb
from sqlalchemy import text

from context_api.settling_publish import Publication
from context_api.store.bulk import Row
from context_api.store.sealing import CLAIMS, TEXTS, VALUE
from pipelines import publish_feeds as feeds
from pipelines.publish_differences import (
    compare,
    ended_keys,
    fill_entity_versions,
    fill_salts,
    keep_decided_links,
    prepare,
    run_moment,
)
from pipelines.publish_feeds import Feed
from resolution.matching.model import ResolutionModel

BATCH = 5_000  # rows in one transaction: a tenth of a second of the store's writer
SORTED = 200_000  # look-ups put in order before they are written: neighbours in the index come together
Make = Callable[[Row], Row]


@dataclass(slots=True)
class Staged:
    """How many rows were written and how many ended, by table."""

    written: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)


def stage(
    connection: duckdb.DuckDBPyConnection, publication: Publication, *, model: ResolutionModel
) -> Staged:
    """Stage everything that differs from the store."""
    staged = Staged()
    levels = prepare(connection, model)
    work = _Work(connection, publication, staged)
    work.party_records()
    links = feeds.links_feed(levels)
    compare(connection, publication, links, also=("match_weight",))
    keep_decided_links(connection)
    work.write(links)
    moment = run_moment(connection)
    for feed in (feeds.LEDGER, feeds.REDIRECTS):
        compare(connection, publication, feed)
        work.write(feed, recorded_to=moment)
    work.golden_records()
    work.activities()
    for feed in (feeds.ACTIVITY_PARTIES, feeds.RELATIONSHIPS, feeds.FRESHNESS):
        compare(connection, publication, feed)
        work.write(feed)
    return staged


@dataclass(frozen=True, slots=True)
class _Work:
    connection: duckdb.DuckDBPyConnection
    publication: Publication
    staged: Staged

    def write(
        self,
        feed: Feed,
        *,
        make: Make | None = None,
        columns: Sequence[str] | None = None,
        recorded_to: str = "",
    ) -> None:
        """End what differs or is gone, then write the new rows of table `changed`."""
        self.end(feed.table, feed.keys, ended_keys(self.connection, feed), recorded_to=recorded_to)
        version = self.publication.version
        self.insert(
            feed.table,
            ["tenant_id", "published_from", *(columns or feed.columns)],
            self.rows(feed.rows),
            make=partial(_ranged, self.publication.tenant_id, version, make),
        )

    def end(self, table: str, keys: Sequence[str], rows: Sequence[Row], *, recorded_to: str = "") -> None:
        """Let rows end in short transactions."""
        for batch in _batches(rows):
            with self.publication.batch() as store:
                self.publication.end(store, table, keys=keys, rows=batch, recorded_to=recorded_to)
        self.staged.ended[table] = self.staged.ended.get(table, 0) + len(rows)

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Row], *, make: Make) -> None:
        """Write rows in short transactions; what takes time is done before each begins."""
        for batch in _batches(rows):
            made = [make(row) for row in batch]
            with self.publication.batch() as store:
                self.publication.insert(store, table, columns=columns, rows=made)
            self.staged.written[table] = self.staged.written.get(table, 0) + len(made)

    def rows(self, statement: str) -> Iterator[Row]:
        """Yield the rows of a query over the warehouse."""
        cursor = self.connection.execute(statement)
        while batch := cursor.fetchmany(BATCH):
            yield from batch

    def party_records(self) -> None:
        """Records, their keys, look-ups, and what the outbox says of them."""
        feed, sealer = feeds.PARTY_RECORDS, self.publication.sealer
        compare(self.connection, self.publication, feed)
        self.keys_of("select record_id from changed")
        old = ended_keys(self.connection, feed)
        self.end("lookups", feed.keys, old)

        def sealed(row: Row) -> Row:
            *plain, salt, claims = row
            if salt is None:  # erased: nothing of it is kept
                return (*plain, b"")
            return (*plain, sealer.seal(claims, salt=salt, record_id=row[0], what=CLAIMS))

        columns = [c for c in feed.columns if c not in ("salt", "claims")]
        self.write(feed, make=sealed, columns=[*columns, "sealed_claims"])
        self.lookups()
        self.outbox(feeds.OUTBOX_CUSTOMERS, gone="customer", feed=feed)

    def lookups(self) -> None:
        """The words that changed records are found by, as keyed hashes."""
        publication = self.publication
        tenant_id, version, token = publication.tenant_id, publication.version, publication.sealer.token
        found = self.rows(feeds.LOOKUPS)
        while words := list(islice(found, SORTED)):
            rows = [(token(term), record_id) for record_id, term in words]
            rows.sort()
            self.insert(
                "lookups",
                ("tenant_id", "published_from", "token", "record_id"),
                rows,
                make=lambda row: (tenant_id, version, *row),
            )

    def activities(self) -> None:
        """Activities, their keys, and what the outbox says of them."""
        feed, sealer = feeds.ACTIVITIES, self.publication.sealer
        compare(self.connection, self.publication, feed)
        self.keys_of("select activity_id as record_id from changed")

        def sealed(row: Row) -> Row:
            *plain, salt, texts = row
            body = b"" if salt is None else sealer.seal(texts, salt=salt, record_id=row[0], what=TEXTS)
            return (*plain, body)

        columns = [c for c in feed.columns if c not in ("salt", "texts")]
        self.write(feed, make=sealed, columns=[*columns, "sealed_texts"])
        self.outbox(feeds.OUTBOX_ACTIVITIES, gone="activity", feed=feed)

    def golden_records(self) -> None:
        """Golden records first, so that whatever stops us, clean-up finds what they state by them."""
        feed = feeds.GOLDEN_RECORDS
        compare(self.connection, self.publication, feed)
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
            self.insert(table, ("tenant_id", *feeds.STATED_COLUMNS), self.rows(statement), make=sealed)

    def keys_of(self, needed: str) -> None:
        """Fill table `salts` for the records of a query, with new keys for those that have none."""
        fresh = fill_salts(self.connection, self.publication, needed)
        if fresh:
            tenant_id = self.publication.tenant_id
            self.insert(
                "record_keys",
                ("tenant_id", "record_id", "salt"),
                self.rows("select record_id, salt from fresh_salts order by record_id"),
                make=lambda row: (tenant_id, *row),
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
            _chained(self.rows(statement), ((gone, key, "", "{}") for (key,) in lost)),
            make=lambda row: (publication.tenant_id, publication.version, next(numbers), *row),
        )


def _ranged(tenant_id: str, version: int, make: Make | None, row: Row) -> Row:
    return (tenant_id, version, *(row if make is None else make(row)))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _chained(*parts: Iterable[Row]) -> Iterator[Row]:
    for part in parts:
        yield from part
