from pathlib import Path

import pytest
from sqlalchemy import inspect

from context_api.errors import FaultyStoreSetting
from context_api.settings import KEY_VARIABLE, URL_VARIABLE
from context_api.store.sealing import new_salt
from pipelines.assets.home import HomeFolder
from pipelines.errors import WarehouseLocked


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path) -> None:
    HomeFolder(path=str(tmp_path / "home"))

    assert list(tmp_path.iterdir()) == []


def test_a_schema_that_is_asked_for_is_made_and_becomes_current(home: HomeFolder) -> None:
    with home.connect("a test", schema="quality") as connection:
        connection.execute("create table measures as select 1 as value")

    with home.connect("a test") as connection:
        assert connection.execute("select value from quality.measures").fetchall() == [(1,)]
        assert connection.execute("select current_schema()").fetchone() == ("main",)


def test_two_writers_never_share_the_warehouse(home: HomeFolder) -> None:
    with (
        home.connect("scoring links"),
        pytest.raises(WarehouseLocked, match="scoring links"),
        home.connect("a test"),
    ):
        pass


def test_the_store_has_its_tables_when_it_is_opened(
    home: HomeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)

    with home.store() as (engine, _):
        assert "decisions" in inspect(engine).get_table_names()


def test_the_store_is_a_file_of_the_home_folder_unless_it_is_said_where(
    home: HomeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{home.root / 'elsewhere.db'}")
    with home.store():
        assert (home.root / "elsewhere.db").exists()
        assert not (home.root / "store.db").exists()

    monkeypatch.delenv(URL_VARIABLE)
    with home.store():
        assert (home.root / "store.db").exists()


def test_what_one_tenant_sealed_another_cannot_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    tenants = [HomeFolder(path=str(tmp_path), tenant_id=tenant) for tenant in ("a", "b")]
    with tenants[0].store() as (_, ours), tenants[1].store() as (_, theirs):
        salt = new_salt()

    sealed = ours.seal("Ann", salt=salt, record_id="crm:contact:1", what="name")

    assert ours.open(sealed, salt=salt, record_id="crm:contact:1", what="name") == "Ann"
    with pytest.raises(FaultyStoreSetting):
        theirs.open(sealed, salt=salt, record_id="crm:contact:1", what="name")
