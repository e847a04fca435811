"""Whether the key at hand is the one that a store was sealed with: told before anything is read or written.

A store written with two keys could be read with neither, so a lost key is never replaced by a new one.
"""

from pathlib import Path

from sqlalchemy import Engine, RowMapping
from sqlmodel import col, select

from context_api.errors import FaultyStoreSetting
from context_api.store.engine import reading
from context_api.store.records import PartyRecord, RecordKey
from context_api.store.sealing import CLAIMS, KEY_FILE, Sealer, master_key


def key_of(engine: Engine, home: Path, configured: str | None) -> bytes:
    """Return the master key of a migrated store; one is made only where nothing is sealed yet.

    Raises:
        FaultyStoreSetting: The key is lost, is none, or is not the one that the store was sealed with.
    """
    sealed = _something_sealed(engine)
    if sealed is not None and not configured and not (home / KEY_FILE).exists():
        raise FaultyStoreSetting(
            f"{home / KEY_FILE} is gone, and nothing else opens what the store holds; put it back, or give"
            " CONCORD_STORE_KEY"
        )
    master = master_key(home, configured)
    if sealed is not None:
        Sealer(master, sealed["tenant_id"]).open(
            sealed["sealed_claims"], salt=sealed["salt"], record_id=sealed["record_id"], what=CLAIMS
        )
    return master


def _something_sealed(engine: Engine) -> RowMapping | None:
    """Return a sealed value of the store with its salt, None where there is none that could be opened."""
    asked = (
        select(PartyRecord.__table__, RecordKey.salt)  # type: ignore[attr-defined]
        .join(
            RecordKey,
            (col(RecordKey.tenant_id) == col(PartyRecord.tenant_id))
            & (col(RecordKey.record_id) == col(PartyRecord.record_id)),
        )
        .where(col(RecordKey.salt).is_not(None))
        .limit(1)
    )
    with reading(engine) as connection:
        return connection.execute(asked).mappings().first()
