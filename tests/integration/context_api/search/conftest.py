"""A store and a match snapshot of the same records: part of the bundled sample, resolved for real."""

import importlib.util
import json
import shutil
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from context_api.auth import GRANTABLE, Scope, new_key
from context_api.settings import Settings, read_settings
from context_api.store.engine import open_store, writing
from context_api.store.keys import add_key
from context_api.store.sealing import Sealer
from demo.sample import SAMPLE
from pipelines.publish_snapshot import snapshot_path
from resolution.lookup.writing import write_match_snapshot
from resolution.matching.model import from_json
from resolution.run import resolve

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STATED = ("full_name", "organization_name", "email")
CLAIMS = f"select record_id, attribute, min(value) from claims where attribute in {STATED} group by all"
RECORDS = "select record_id, party_type from party_records"
JOINED = "select record_id_l, record_id_r, match_weight from links where band = 'match'"
WAREHOUSE = Path(__file__).parents[3] / "fixtures" / "small_warehouse.py"


@dataclass(frozen=True, slots=True)
class Matchable:
    """A home folder whose store and snapshot hold the sample; `said` is what each record states."""

    home: Path
    version: int
    said: dict[str, dict[str, str]]
    pairs: tuple[tuple[str, str], ...]

    @property
    def snapshot(self) -> Path:
        """The match snapshot."""
        return snapshot_path(self.home / "snapshots", self.version)

    @property
    def address(self) -> str:
        """The address of the store."""
        return f"sqlite:///{self.home / 'store.db'}"

    def settings(self) -> Settings:
        """Return the settings that serve it."""
        return read_settings(home=self.home, store_key=urlsafe_b64encode(b"k" * 32).decode())

    def headers(self, **stated: Any) -> dict[str, str]:
        """Make a key and return the headers that it is shown by."""
        given = {"scopes": tuple(Scope), "clearance": GRANTABLE, **stated}
        key, stored = new_key("default", "tests", now=NOW, **given)
        engine = open_store(self.address)
        with writing(engine) as connection:
            add_key(connection, stored)
        engine.dispose()
        return {"X-API-Key": key}


@pytest.fixture(scope="session")
def sample_home(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Matchable:
    """The sample's companies and contacts, resolved and published; to be copied."""
    home = tmp_path_factory.mktemp("matchable")
    shutil.copy(migrated_sqlite, home / "store.db")
    run = resolve([SAMPLE / "crm.csv", SAMPLE / "erp.csv"], out=home / "run").folder
    model = from_json(json.loads((run / "model.json").read_text(encoding="utf-8")))
    with duckdb.connect(str(run / "state.duckdb"), read_only=True) as state:
        types = dict(state.execute(RECORDS).fetchall())
        joined = state.execute(JOINED).fetchall()
        said: dict[str, dict[str, str]] = {record: {} for record in types}
        for record, attribute, value in state.execute(CLAIMS).fetchall():
            said[record][attribute] = value
        version = _publish(home, types, said, joined)
        write_match_snapshot(state, snapshot_path(home / "snapshots", version), model=model)
    return Matchable(home, version, said, tuple((left, right) for left, right, _ in joined))


@pytest.fixture
def matchable(sample_home: Matchable, tmp_path: Path) -> Matchable:
    """The published sample in a home folder of one's own."""
    shutil.copytree(sample_home.home, tmp_path / "home")
    return Matchable(tmp_path / "home", sample_home.version, sample_home.said, sample_home.pairs)


def _publish(home: Path, types: dict[str, str], said: dict[str, dict[str, str]], joined: list[Any]) -> int:
    """Publish the records and links of a run into the store of a home folder; return the version."""
    spec = importlib.util.spec_from_file_location("small_warehouse_of_sample", WAREHOUSE)
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = maker  # its dataclasses look themselves up there
    spec.loader.exec_module(maker)
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(maker.TABLES)
        warehouse = maker.SmallWarehouse(connection, home / "snapshots")
        for record, party_type in types.items():
            warehouse.record(record, party_type, **said[record])
        for left, right, weight in joined:
            warehouse.link(left, right, weight)
        engine = open_store(f"sqlite:///{home / 'store.db'}")
        version: int = warehouse.publish(engine, Sealer(b"k" * 32, "default")).version
        engine.dispose()
    return version
