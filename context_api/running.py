"""Running the API: what can be wrong is told before a process serves; migrations run once, here."""

import os
import tempfile
from contextlib import ExitStack

from sqlmodel import func, select

from context_api.errors import NothingPublished
from context_api.metrics import FOLDER_VARIABLE
from context_api.serving import prepare
from context_api.settings import Settings, as_environment
from context_api.store.engine import STORE_FILE, open_store, reading
from context_api.store.versions import Tenant

STOP_WITHIN_SECONDS = 10  # for requests in flight
KEEP_ALIVE_SECONDS = 30


def make_ready(settings: Settings, *, before_publish: bool = False) -> None:
    """Bring the databases up to date, and see that there is something to serve.

    Raises:
        NothingPublished: There is not, and serving `before_publish` was not asked for.
        FaultyStoreSetting: An address or the key cannot be used.
        StoreUnavailable: A database cannot be opened.
    """
    home = settings.home
    is_missing = settings.store_url is None and not (home / STORE_FILE).exists()
    if is_missing and not before_publish:
        raise NothingPublished(f"nothing is published in {home} yet; run `concord run --home {home}` first")
    prepare(settings)
    if not before_publish and not _is_published(settings):
        raise NothingPublished(
            f"no version is in force in the store of {home}; run `concord run --home {home}` first, or serve"
            " `--before-publish`"
        )


def run(settings: Settings, factory: str) -> None:
    """Serve until told to stop; `factory` names the function that makes the application in each process."""
    import uvicorn

    from context_api.connections import Connection

    os.environ.update(as_environment(settings))  # by which each process reads the same settings
    with ExitStack() as stack:
        if settings.workers > 1:
            os.environ[FOLDER_VARIABLE] = stack.enter_context(tempfile.TemporaryDirectory())
        uvicorn.run(
            factory,
            factory=True,
            http=Connection,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            access_log=False,  # ours has no addresses
            proxy_headers=False,  # a key for this machine only must not be good for who says so
            server_header=False,
            log_level="warning",
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
        )


def _is_published(settings: Settings) -> bool:
    engine = open_store(settings.store_address())
    try:
        with reading(engine) as connection:
            return bool(connection.execute(select(func.max(Tenant.visible_sequence))).scalar_one())
    finally:
        engine.dispose()
