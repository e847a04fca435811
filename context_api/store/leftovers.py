"""What failed publishes left behind, cleared away in short batches while others read and write."""

from sqlalchemy import Engine, text

from context_api.store import tables
from context_api.store.engine import is_sqlite, writing
from context_api.store.ranges import ranged_tables
from context_api.store.versions import VersionStatus

STAGED_HEADS = "(tenant_id, golden_id, entity_version)"
HEADS = (
    "select tenant_id, golden_id, entity_version from golden_records"
    " where tenant_id = :tenant and published_from = :version"
)
BATCH = 10_000  # rows in one transaction
CLEARED = '{"is_cleared": true}'
BITEMPORAL = ("identity_ledger", "redirects")
STATED = ("golden_values", "conflicts")


def clear_failed(engine: Engine, tenant_id: str) -> int:
    """Take back every row and every ending of failed versions; return how many versions were cleared."""
    tables.metadata()
    with writing(engine) as connection:
        failed = connection.execute(
            text(
                "select sequence from versions where tenant_id = :tenant and status = :failed"
                " and counts_json <> :cleared order by sequence"
            ),
            {"tenant": tenant_id, "failed": VersionStatus.FAILED.value, "cleared": CLEARED},
        ).all()
    for (version,) in failed:
        _clear(engine, {"tenant": tenant_id, "version": version, "cleared": CLEARED})
    return len(failed)


def clear_ended_views(engine: Engine, tenant_id: str) -> None:
    """Take away views that are no longer served; an earlier moment is rendered when it is asked for."""
    ended = (
        "tenant_id = :tenant and published_to is not null and published_to <="
        " (select visible_sequence from tenants where tenant_id = :tenant)"
    )
    _repeat(engine, {"tenant": tenant_id}, "delete from rendered_views", "rendered_views", where=ended)


def _clear(engine: Engine, which: dict[str, object]) -> None:
    for table in ranged_tables():
        staged = "tenant_id = :tenant and published_from = :version"
        if table == "golden_records":  # first what they state: without its head nobody finds it again
            for part in STATED:
                _repeat(engine, which, f"delete from {part}", part, where=f"{STAGED_HEADS} in ({HEADS})")
        _repeat(engine, which, f"delete from {table}", table, where=staged)
        again = "published_to = null" + (", recorded_to = null" if table in BITEMPORAL else "")
        ended = "tenant_id = :tenant and published_to = :version"
        _repeat(engine, which, f"update {table} set {again}", table, where=ended)
    outbox = "tenant_id = :tenant and version = :version"
    _repeat(engine, which, "delete from outbox", "outbox", where=outbox)
    with writing(engine) as connection:
        connection.execute(
            text(
                "update versions set counts_json = :cleared where tenant_id = :tenant and sequence = :version"
            ),
            which,
        )


def _repeat(engine: Engine, which: dict[str, object], change: str, table: str, *, where: str) -> None:
    """Change all rows that a condition holds for, so many in each transaction."""
    while True:
        with writing(engine) as connection:
            row = "rowid" if is_sqlite(connection) else "ctid"
            few = f"select {row} from {table} where {where} limit {BATCH}"
            changed = connection.execute(text(f"{change} where {row} in ({few})"), which)
        if changed.rowcount < BATCH:
            return
