from pathlib import Path

import pytest

from context_api.settings import URL_VARIABLE
from pipelines.assets.home import HomeFolder
from pipelines.errors import WarehouseLocked


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    home = HomeFolder(path=str(tmp_path))

    with home.connect("one"), pytest.raises(WarehouseLocked, match="one"), home.connect("two"):
        pass


def test_a_schema_is_made_and_becomes_the_current_one(tmp_path: Path) -> None:
    with HomeFolder(path=str(tmp_path)).connect("a test", schema="resolution") as connection:
        assert connection.execute("select current_schema()").fetchone() == ("resolution",)


def test_the_store_is_a_file_of_the_home_folder_unless_it_is_said_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    with HomeFolder(path=str(tmp_path)).store():
        assert (tmp_path / "store.db").exists()

    monkeypatch.setenv(URL_VARIABLE, f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with HomeFolder(path=str(tmp_path)).store():
        assert (tmp_path / "elsewhere.db").exists()
