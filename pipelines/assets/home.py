"""The home folder of a tenant, as the assets see it: where everything stands, and the warehouse in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb

from pipelines import warehouse

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
    def model(self) -> Path:
        """The promoted resolution model."""
        return self.root / "model.json"

    @property
    def truth(self) -> Path:
        """Known truth, where there is any; only checks read it."""
        return self.root / "truth.csv"

    @property
    def analyst_copy(self) -> Path:
        """The read-only copy of the warehouse for analysts."""
        return self.root / "analyst.duckdb"

    @property
    def store_url(self) -> str:
        """Where the context store is: what CONCORD_STORE_URL says, else SQLite in this folder."""
        return store_url(self.root)

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
