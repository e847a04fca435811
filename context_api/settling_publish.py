"""Publishing into the store: rows staged out of sight in short batches, then one short step into view.

A publication takes a sequence far above the visible one, so that decisions made meanwhile stay below it.
What it stages shows to nobody until `finish`, which takes in those decisions and moves the pointer. After a
crash at any point the last version is still in force; the next `begin` clears what was left behind.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, text, update
from sqlmodel import col, select

from context_api.errors import PublicationLost
from context_api.settling import supersede
from context_api.settling_catch_up import settle_again
from context_api.settling_order import Base, refuse_stale
from context_api.store.bulk import Row, insert_rows, run_many
from context_api.store.decisions import DecisionEntry
from context_api.store.engine import is_sqlite, reading, trim_log, writing
from context_api.store.freshness import SourceFreshness
from context_api.store.leftovers import clear_ended_views, clear_failed
from context_api.store.sealing import Sealer
from context_api.store.versions import Model, Tenant, Version, VersionKind, VersionStatus

DECISION_ROOM = 1_000_000  # decisions that may be made while a version is staged; a gap costs nothing
FETCHED = 50_000  # rows read at a time


@dataclass(frozen=True, slots=True)
class ModelTerms:
    """What settling goes by, as it is kept with the version."""

    model_id: str
    bridge: Mapping[str, float]
    clean_sources: Sequence[str]
    thresholds: Mapping[str, Mapping[str, float]]
    rules_text: str


@dataclass(frozen=True, slots=True)
class Published:
    """A version in force: how many golden records were settled again for decisions made meanwhile.

    `is_as_staged` says that none were made, so that the store holds what was staged and nothing else.
    """

    version: int
    settled_again: int
    is_as_staged: bool


@dataclass(frozen=True, slots=True)
class FreshnessRows:
    """How fresh sources are now: rows that differ, and the keys (source, object) of those they replace."""

    replaced: Sequence[Row]
    columns: Sequence[str]
    rows: Sequence[Row]


class Publication:
    """A version on its way: `batch` to stage, then `finish`."""

    def __init__(self, engine: Engine, sealer: Sealer, *, base: Base, version: int) -> None:
        self.engine = engine
        self.sealer = sealer
        self.tenant_id = sealer.tenant_id
        self.base = base
        self.version = version

    @contextmanager
    def batch(self) -> Iterator[Connection]:
        """Yield a short writing transaction for staged rows.

        Raises:
            PublicationLost: Another publish began meanwhile.
        """
        with writing(self.engine) as connection:
            if not is_sqlite(connection):  # made durable by the commit that moves the pointer, if not before
                connection.execute(text("set local synchronous_commit = off"))
            self._check(connection)
            yield connection
        trim_log(self.engine)

    def insert(
        self, connection: Connection, table: str, *, columns: Sequence[str], rows: Iterable[Row]
    ) -> None:
        """Stage rows; the tenant and, for ranged tables, `published_from` are the caller's columns."""
        insert_rows(connection, table, columns=columns, rows=rows)

    def end(
        self,
        connection: Connection,
        table: str,
        *,
        keys: Sequence[str],
        rows: Sequence[Row],
        recorded_to: str = "",
    ) -> None:
        """Let the current rows of some keys end at this version."""
        named = " and ".join(f"{key} = ?" for key in keys)
        also = ", recorded_to = ?" if recorded_to else ""
        given = (self.version, recorded_to) if recorded_to else (self.version,)
        run_many(
            connection,
            f"update {table} set published_to = ?{also}"
            f" where tenant_id = ? and {named} and published_to is null",
            ((*given, self.tenant_id, *row) for row in rows),
        )

    def rows(self, statement: str, given: Sequence[object] = ()) -> Iterator[Sequence[Row]]:
        """Yield the rows of a query in batches of one reading transaction.

        Its `?` stand for what is given, the tenant where nothing is.
        """
        with reading(self.engine) as connection:
            marked = statement if is_sqlite(connection) else statement.replace("?", "%s")
            options = {"stream_results": True, "max_row_buffer": FETCHED}
            result = connection.execution_options(**options).exec_driver_sql(
                marked, tuple(given) or (self.tenant_id,)
            )
            while batch := result.fetchmany(FETCHED):
                yield [tuple(row) for row in batch]

    def visible_versions(self) -> frozenset[int]:
        """Return the versions that are in force or were."""
        asked = "select sequence from versions where tenant_id = ? and visible_at is not null"
        return frozenset(int(row[0]) for rows in self.rows(asked) for row in rows)

    def finish(self, *, counts: Mapping[str, int], now: datetime) -> Published:
        """Take in the decisions made meanwhile, and make the version visible.

        Raises:
            StaleResult: A newer result was published meanwhile.
            PublicationLost: Another publish began meanwhile.
        """
        with writing(self.engine) as connection:
            tenant = self._check(connection)
            refuse_stale(connection, tenant, self.base)
            is_as_staged = self._is_untouched(tenant)
            again = 0
            if tenant.decision_sequence != self.base.decision_sequence:
                again = len(
                    settle_again(connection, self.sealer, tenant=tenant, base=self.base.version, now=now)
                )
            supersede(connection, self.tenant_id, tenant.visible_sequence)
            connection.execute(
                update(Version)
                .where(col(Version.tenant_id) == self.tenant_id, col(Version.sequence) == self.version)
                .values(
                    status=VersionStatus.VISIBLE.value,
                    visible_at=now,
                    decision_sequence=tenant.decision_sequence,
                    ledger_sequence=tenant.visible_sequence,
                    counts_json=json.dumps(dict(counts)),
                )
            )
            _settled_in(connection, self.tenant_id, self.version)
            connection.execute(
                update(Tenant)
                .where(col(Tenant.tenant_id) == self.tenant_id)
                .values(visible_sequence=self.version, staged_sequence=None)
            )
        return Published(self.version, again, is_as_staged)

    def confirm(self, freshness: FreshnessRows | None = None) -> int | None:
        """End a publish that staged nothing: return the version that stays in force, its freshness renewed.

        None when that would be wrong: nothing is in force yet, decisions were made meanwhile, or the version
        in force goes by another model; `finish` then.

        Raises:
            StaleResult: A newer result was published meanwhile.
            PublicationLost: Another publish began meanwhile.
        """
        with writing(self.engine) as connection:
            tenant = self._check(connection)
            refuse_stale(connection, tenant, self.base)
            models = select(Version.model_id).where(
                Version.tenant_id == self.tenant_id,
                col(Version.sequence).in_([self.version, tenant.visible_sequence]),
            )
            is_same_model = len(set(connection.execute(models).scalars())) == 1
            if not tenant.visible_sequence or not self._is_untouched(tenant) or not is_same_model:
                return None
            connection.execute(
                update(Version)
                .where(col(Version.tenant_id) == self.tenant_id, col(Version.sequence) == self.version)
                .values(status=VersionStatus.UNCHANGED.value)
            )
            _settled_in(connection, self.tenant_id, tenant.visible_sequence)
            if freshness is not None:
                self._renew(connection, freshness, version=tenant.visible_sequence)
            connection.execute(
                update(Tenant).where(col(Tenant.tenant_id) == self.tenant_id).values(staged_sequence=None)
            )
            return tenant.visible_sequence

    def _renew(self, connection: Connection, freshness: FreshnessRows, *, version: int) -> None:
        """Put rows in place of those in force; versions before this one keep what they said."""
        table = SourceFreshness.__tablename__
        replaced = [(self.tenant_id, *key) for key in freshness.replaced]
        named = "tenant_id = ? and source = ? and object = ? and published_to is null"
        run_many(
            connection,
            f"delete from {table} where {named} and published_from = {version}",
            replaced,
        )
        run_many(connection, f"update {table} set published_to = {version} where {named}", replaced)
        columns = ("tenant_id", "published_from", *freshness.columns)
        rows = ((self.tenant_id, version, *row) for row in freshness.rows)
        insert_rows(connection, table, columns=columns, rows=rows)

    def _is_untouched(self, tenant: Tenant) -> bool:
        """Return whether the store is as it was when this result's data were read."""
        return (tenant.visible_sequence, tenant.decision_sequence) == (
            self.base.version,
            self.base.decision_sequence,
        )

    def give_up(self) -> None:
        """Mark the version as failed, so that the next publish clears it away."""
        with writing(self.engine) as connection:
            tenant = read_tenant(connection, self.tenant_id)
            if tenant is not None and tenant.staged_sequence == self.version:
                _fail_staged(connection, tenant)

    def _check(self, connection: Connection) -> Tenant:
        tenant = read_tenant(connection, self.tenant_id, is_locked=True)
        if tenant is None or tenant.staged_sequence != self.version:
            raise PublicationLost(
                "another publish into the same store began meanwhile; nothing that readers see has changed"
            )
        return tenant


def _settled_in(connection: Connection, tenant_id: str, version: int) -> None:
    """Note the version in which decisions that waited for a publish are settled."""
    connection.execute(
        update(DecisionEntry)
        .where(col(DecisionEntry.tenant_id) == tenant_id, col(DecisionEntry.settled_in).is_(None))
        .values(settled_in=version)
    )


def begin(engine: Engine, sealer: Sealer, *, base: Base, terms: ModelTerms, now: datetime) -> Publication:
    """Clear what failed publishes left and stage a new version.

    Raises:
        StaleResult: A newer result was published after `base`.
    """
    with writing(engine) as connection:
        tenant = read_tenant(connection, sealer.tenant_id, is_locked=True)
        if tenant is None:
            tenant = Tenant(tenant_id=sealer.tenant_id, visible_sequence=0, decision_sequence=0)
            connection.execute(insert(Tenant), {"tenant_id": sealer.tenant_id})
        refuse_stale(connection, tenant, base)
        _fail_staged(connection, tenant)
        # Before the first version there is nothing to decide about, so it needs no room.
        room = DECISION_ROOM if tenant.visible_sequence else 1
        version = _last_sequence(connection, sealer.tenant_id) + room
        _keep_terms(connection, sealer.tenant_id, terms, now=now)
        connection.execute(
            insert(Version),
            {
                "tenant_id": sealer.tenant_id,
                "sequence": version,
                "kind": VersionKind.PUBLISH.value,
                "status": VersionStatus.STAGED.value,
                "model_id": terms.model_id,
                "decision_sequence": base.decision_sequence,
                "ledger_sequence": base.version,
                "created_at": now,
            },
        )
        connection.execute(
            update(Tenant).where(col(Tenant.tenant_id) == sealer.tenant_id).values(staged_sequence=version)
        )
    clear_failed(engine, sealer.tenant_id)
    clear_ended_views(engine, sealer.tenant_id)
    return Publication(engine, sealer, base=base, version=version)


def read_tenant(connection: Connection, tenant_id: str, *, is_locked: bool = False) -> Tenant | None:
    """Return the tenant's row, None before the first publish; locked where asked."""
    asked = select(Tenant.__table__).where(Tenant.tenant_id == tenant_id)  # type: ignore[attr-defined]
    if is_locked and not is_sqlite(connection):
        asked = asked.with_for_update()
    row = connection.execute(asked).mappings().one_or_none()
    return None if row is None else Tenant(**row)


def _last_sequence(connection: Connection, tenant_id: str) -> int:
    """Return the greatest sequence that was ever given out, to versions that failed too."""
    asked = select(func.max(Version.sequence)).where(Version.tenant_id == tenant_id)
    return connection.execute(asked).scalar_one() or 0


def _fail_staged(connection: Connection, tenant: Tenant) -> None:
    connection.execute(
        update(Version)
        .where(
            col(Version.tenant_id) == tenant.tenant_id,
            col(Version.status) == VersionStatus.STAGED.value,
        )
        .values(status=VersionStatus.FAILED.value)
    )
    connection.execute(
        update(Tenant).where(col(Tenant.tenant_id) == tenant.tenant_id).values(staged_sequence=None)
    )


def _keep_terms(connection: Connection, tenant_id: str, terms: ModelTerms, *, now: datetime) -> None:
    """Keep what settling goes by; a model never changes, its rules may be stated anew."""
    key = (col(Model.tenant_id) == tenant_id, col(Model.model_id) == terms.model_id)
    values = {
        "bridge_json": json.dumps(dict(terms.bridge)),
        "clean_sources_json": json.dumps(list(terms.clean_sources)),
        "thresholds_json": json.dumps({k: dict(v) for k, v in terms.thresholds.items()}),
        "rules_text": terms.rules_text,
    }
    if connection.execute(update(Model).where(*key).values(**values)).rowcount == 0:
        connection.execute(
            insert(Model),
            {"tenant_id": tenant_id, "model_id": terms.model_id, "first_used_at": now} | values,
        )
