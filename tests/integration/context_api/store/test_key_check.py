"""A key that is lost or another one is told before a store is read or written."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from context_api.errors import FaultyStoreSetting
from context_api.store.engine import writing
from context_api.store.key_check import key_of
from context_api.store.sealing import KEY_FILE, Sealer, master_key


@pytest.fixture
def home(engine: Engine, warehouse: Any, tmp_path: Path) -> Path:
    """A home folder whose key sealed what the store holds."""
    warehouse.tell()
    warehouse.publish(engine, Sealer(key_of(engine, tmp_path, None), "default"))
    return tmp_path


def test_a_lost_key_is_not_replaced(engine: Engine, home: Path) -> None:
    kept = key_of(engine, home, None)
    (home / KEY_FILE).rename(home / "elsewhere")

    with pytest.raises(FaultyStoreSetting, match="put it back"):
        key_of(engine, home, None)
    assert not (home / KEY_FILE).exists()
    assert key_of(engine, home, (home / "elsewhere").read_text()) == kept


def test_another_key_is_refused(engine: Engine, home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    with pytest.raises(FaultyStoreSetting, match="does not open"):
        key_of(engine, home, _made(other))


def test_an_erased_record_tells_nothing_of_the_key(engine: Engine, home: Path) -> None:
    with writing(engine) as connection:
        connection.execute(text("update record_keys set salt = null where record_id like 'crm:%'"))

    assert key_of(engine, home, None) == key_of(engine, home, (home / KEY_FILE).read_text())


def _made(folder: Path) -> str:
    master_key(folder, None)
    return (folder / KEY_FILE).read_text()
