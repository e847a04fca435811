"""Where the store of a home folder stands and what opens it: read from the environment when asked."""

import os
from pathlib import Path

from sqlalchemy import Engine

from context_api.errors import NothingPublished
from context_api.store.engine import STORE_FILE, migrate, open_store, store_url
from context_api.store.sealing import Sealer, master_key

DEFAULT_TENANT = "default"
URL_VARIABLE = "CONCORD_STORE_URL"
KEY_VARIABLE = "CONCORD_STORE_KEY"


def open_home(home: Path, *, tenant_id: str = DEFAULT_TENANT, is_new: bool = False) -> tuple[Engine, Sealer]:
    """Return the store of a home folder, migrated, and what seals and opens its values.

    Raises:
        NothingPublished: There is no store yet, and none is to be made (`is_new`).
        FaultyStoreSetting: The store's address or key cannot be used.
    """
    configured = os.environ.get(URL_VARIABLE)
    if not is_new and not configured and not (home / STORE_FILE).exists():
        raise NothingPublished(f"nothing is published in {home} yet; run `concord run --home {home}` first")
    engine = open_store(store_url(home, configured))
    migrate(engine)
    return engine, Sealer(master_key(home, os.environ.get(KEY_VARIABLE)), tenant_id)
