from pathlib import Path

import pytest

from context_api.errors import FaultyStoreSetting, NothingPublished
from context_api.settings import open_home


def test_a_store_is_made_only_where_that_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONCORD_STORE_URL", raising=False)

    with pytest.raises(NothingPublished):
        open_home(tmp_path)
    assert list(tmp_path.iterdir()) == []
    open_home(tmp_path, is_new=True)[0].dispose()
    assert (tmp_path / "store.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("address", ["no address", "mysql://somewhere/db"])
def test_an_address_that_is_none_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_STORE_URL", address)

    with pytest.raises(FaultyStoreSetting):
        open_home(tmp_path)


def test_a_key_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONCORD_STORE_URL", raising=False)
    monkeypatch.setenv("CONCORD_STORE_KEY", "short")

    with pytest.raises(FaultyStoreSetting, match="32 bytes"):
        open_home(tmp_path, is_new=True)
