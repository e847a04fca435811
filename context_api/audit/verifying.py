"""Verifying the whole audit trail against its signed heads, and signing chains that were never signed."""

from pathlib import Path

from sqlalchemy import Engine, inspect

from context_api.audit.heads import SignedHeads
from context_api.audit.reading import HEADLESS, Chains, verify_chain
from context_api.audit.tables import entries
from context_api.audit.writing import head_of
from context_api.errors import StoreUnavailable
from context_api.store.engine import is_sqlite, told_plainly


def verified(engine: Engine, heads: SignedHeads, *, sign_missing: bool = False) -> Chains:
    """Return whether every chain is whole and as long as its signed head says.

    With `sign_missing` chains that are whole and have no head get one, and count as whole: once, after the
    release that brought heads. Later a head that is missing was taken away.

    Raises:
        StoreUnavailable: There is no audit database.
    """
    _require_tables(engine)
    found = verify_chain(engine, heads)
    headless = [fault.writer for fault in found.faults if fault.what == HEADLESS]
    if not sign_missing or not headless:
        return found
    for writer in headless:
        heads.keep(writer, head_of(engine, writer))
    return verify_chain(engine, heads)


def _require_tables(engine: Engine) -> None:
    """Refuse a database that is not there: to open it would make an empty one."""
    file = engine.url.database if is_sqlite(engine) else None
    with told_plainly():
        is_there = (file is None or Path(file).exists()) and inspect(engine).has_table(entries.name)
    if not is_there:
        raise StoreUnavailable(
            "there is no audit trail: nothing was served from here yet, or its database is gone"
        )
