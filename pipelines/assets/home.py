"""The home folder of a tenant, as the assets see it: where everything stands, and the warehouse in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
from sqlalchemy import Engine

from context_api.settings import open_home
from context_api.store.sealing import Sealer
from pipelines import warehouse
from pipelines.connectors.opening import open_connector
from pipelines.connectors.port import Connector
from pipelines.sync.sources import Source

RESOLUTION = "resolution"  # the schema that holds what resolution writes
MEMORY_LIMIT = "2500MB"  # for DuckDB; past it, it spills to disk beside the database


class HomeFolder(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic only for its own typing
    """A tenant's home folder. Nothing is opened before an asset asks for it."""

    path: str
    tenant_id: str = "default"

    @property
    def root(self) -> Path:
        """The folder itself."""
        return Path(self.path)

    @property
    def warehouse(self) -> Path:
        """The warehouse's file; `connect` opens it."""
        return warehouse.warehouse_path(self.root)

    @property
    def model(self) -> Path:
        """The promoted resolution model."""
        return self.root / "model.json"

    @property
    def truth(self) -> Path:
        """Known truth, where there is any; only checks read it."""
        return self.root / "truth.csv"

    @property
    def snapshots(self) -> Path:
        """The match snapshots, one file per published version."""
        return self.root / "snapshots"

    @property
    def analyst_copy(self) -> Path:
        """The read-only copy of the warehouse for analysts."""
        return self.root / "analyst.duckdb"

    @contextmanager
    def store(self) -> Iterator[tuple[Engine, Sealer]]:
        """Open the context store and what seals its values, its tables up to date; see `open_home`."""
        engine, sealer = open_home(self.root, tenant_id=self.tenant_id, is_new=True)
        try:
            yield engine, sealer
        finally:
            engine.dispose()

    def connector(self, source: Source) -> Connector:
        """Open a source; relative paths in sources.yml are meant from this folder."""
        return open_connector(source.settings, self.root, now=lambda: datetime.now(UTC))

    @contextmanager
    def connect(self, purpose: str, *, schema: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse for writing, with bounded memory; `schema` is made and becomes the current one.

        Raises:
            WarehouseLocked: another process has it open.
        """
        with warehouse.connect(self.root, purpose=purpose) as connection:
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            connection.execute("set enable_progress_bar = false")
            if schema is not None:
                connection.execute(f"create schema if not exists {schema}")
                connection.execute(f"use {schema}")
            yield connection
