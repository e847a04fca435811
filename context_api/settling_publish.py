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

from sqlalchemy import Connection, Engine, func, insert, update
from sqlmodel import col, select

from context_api.errors import PublicationLost, StaleResult
from context_api.settling import supersede
from context_api.settling_catch_up import settle_again
from context_api.store.bulk import Row, insert_rows, run_many
from context_api.store.decisions import DecisionEntry
from context_api.store.engine import is_sqlite, reading, writing
from context_api.store.leftovers import clear_ended_views, clear_failed
from context_api.store.sealing import Sealer
from context_api.store.versions import Model, Tenant, Version, VersionKind, VersionStatus

DECISION_ROOM = 1_000_000  # decisions that may be made while a version is staged; a gap costs nothing
FETCHED = 50_000  # rows read at a time


@dataclass(frozen=True, slots=True)
class Base:
    """What a result was settled on: the visible version and the last decision then."""

    version: int
    decision_sequence: int


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
    """A version that is in force: how many golden records were settled again for decisions made meanwhile."""

    version: int
    settled_again: int


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
            self._check(connection)
            yield connection

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

    def rows(self, statement: str) -> Iterator[Sequence[Row]]:
        """Yield the rows of a query with one `?` for the tenant, in batches of one reading transaction."""
        with reading(self.engine) as connection:
            marked = statement if is_sqlite(connection) else statement.replace("?", "%s")
            options = {"stream_results": True, "max_row_buffer": FETCHED}
            result = connection.execution_options(**options).exec_driver_sql(marked, (self.tenant_id,))
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
            connection.execute(
                update(DecisionEntry)
                .where(
                    col(DecisionEntry.tenant_id) == self.tenant_id, col(DecisionEntry.settled_in).is_(None)
                )
                .values(settled_in=self.version)
            )
            connection.execute(
                update(Tenant)
                .where(col(Tenant.tenant_id) == self.tenant_id)
                .values(visible_sequence=self.version, staged_sequence=None)
            )
        return Published(self.version, again)

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
        version = _last_sequence(connection, sealer.tenant_id) + DECISION_ROOM
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


def refuse_stale(connection: Connection, tenant: Tenant, base: Base) -> None:
    """Refuse a result when a newer one was published after what it was settled on.

    Raises:
        StaleResult: It was.
    """
    newer = connection.execute(
        select(Version.sequence).where(
            Version.tenant_id == tenant.tenant_id,
            Version.sequence > base.version,
            Version.sequence <= tenant.visible_sequence,
            Version.kind == VersionKind.PUBLISH.value,
            col(Version.visible_at).is_not(None),
        )
    ).first()
    if newer is not None:
        raise StaleResult(
            f"version {newer[0]} was published after this result's data were read; run again: an older"
            " result never replaces a newer one"
        )


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
