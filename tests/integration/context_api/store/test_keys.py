"""API keys in the store: found by id, listed by tenant, revoked and never deleted."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from context_api.auth import Scope, new_key
from context_api.errors import UnknownKey
from context_api.store.engine import reading, writing
from context_api.store.keys import add_key, find_key, keys_of, revoke_key

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_key_comes_back_as_it_was_kept_and_its_secret_is_nowhere(engine: Engine) -> None:
    shown, key = new_key("ours", "crm sync", scopes=[Scope.CUSTOMERS_READ], now=NOW, is_loopback_only=True)

    with writing(engine) as connection:
        add_key(connection, key)

    secret = shown.split("_", 2)[2]
    with reading(engine) as connection:
        assert find_key(connection, key.key_id) == key
        assert find_key(connection, "0" * 16) is None
        (row,) = connection.execute(text("select * from api_keys")).all()
    assert not any(secret in str(value) or secret.encode() in bytes(str(value), "utf-8") for value in row)


def test_a_tenant_lists_and_revokes_its_own_keys_only(engine: Engine) -> None:
    keys = [
        new_key(tenant, "a", scopes=[Scope.SEARCH_READ], now=NOW + timedelta(days=day))[1]
        for day, tenant in enumerate(("ours", "ours", "theirs"))
    ]
    with writing(engine) as connection:
        for key in reversed(keys):
            add_key(connection, key)
        revoke_key(connection, "ours", keys[0].key_id, now=NOW)
        revoke_key(connection, "ours", keys[0].key_id, now=NOW + timedelta(days=9))
        with pytest.raises(UnknownKey):
            revoke_key(connection, "ours", keys[2].key_id, now=NOW)

    with reading(engine) as connection:
        ours = keys_of(connection, "ours")
        theirs = find_key(connection, keys[2].key_id)
    assert [(key.key_id, key.revoked_at) for key in ours] == [(keys[0].key_id, NOW), (keys[1].key_id, None)]
    assert theirs is not None
    assert theirs.is_valid(NOW)
