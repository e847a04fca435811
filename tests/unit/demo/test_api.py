"""The demo's key: made once, kept to the user, good on this machine only."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from context_api.settings import open_home
from context_api.store.engine import reading, writing
from context_api.store.keys import find_key, keys_of, revoke_key
from demo.api import demo_key, telling_customer


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CONCORD_STORE_URL", raising=False)
    monkeypatch.delenv("CONCORD_STORE_KEY", raising=False)
    open_home(tmp_path, is_new=True)[0].dispose()
    return tmp_path


def test_the_key_is_made_once_and_kept_to_the_user(home: Path) -> None:
    key = demo_key(home)

    assert demo_key(home) == key
    assert (home / "demo.key").stat().st_mode & 0o777 == 0o600
    engine, _ = open_home(home)
    with reading(engine) as connection:
        (stored,) = keys_of(connection, "default")
    engine.dispose()
    assert stored.is_loopback_only
    assert key.split("_")[1] == stored.key_id


def test_a_key_that_the_store_does_not_know_or_that_was_revoked_is_made_anew(home: Path) -> None:
    first = demo_key(home)
    engine, _ = open_home(home)
    with writing(engine) as connection:
        revoke_key(connection, "default", first.split("_")[1], now=datetime.now(UTC))

    second = demo_key(home)

    with reading(engine) as connection:
        found = find_key(connection, second.split("_")[1])
    engine.dispose()
    assert second != first
    assert found is not None
    assert found.revoked_at is None


def test_there_is_no_customer_to_show_before_a_version_is_published(home: Path) -> None:
    assert telling_customer(home) is None
