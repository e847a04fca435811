"""Who calls: keys that are valid here and now, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from published_company import make_key

from context_api.auth import Scope
from context_api.policy.classification import Classification
from context_api.store.engine import open_store, writing
from context_api.store.keys import revoke_key

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ELSEWHERE = ("203.0.113.9", 4711)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def engine(published_on_sqlite: Any) -> Any:
    engine = open_store(published_on_sqlite.url)
    yield engine
    engine.dispose()


def test_a_key_is_taken_from_either_header(api_on_sqlite: Any, published_on_sqlite: Any) -> None:
    key = published_on_sqlite.ours.key

    for headers in (bearer(key), {"Authorization": f"bearer  {key}"}, {"X-API-Key": key}):
        assert api_on_sqlite.get("/v1/versions", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("ck_", id="prefix"),
        pytest.param("ck__", id="blank-parts"),
        pytest.param("ck_0123456789abcdef_" + "a" * 43, id="unknown-id"),
        pytest.param("xx_{id}_{secret}", id="other-prefix"),
        pytest.param("ck_{id}_{secret}a", id="longer-secret"),
        pytest.param("ck_{id}_", id="no-secret"),
        pytest.param("ck_{id}_" + "\xff" * 43, id="not-ascii"),
        pytest.param("ck_{id}_" + "a" * 10_000, id="very-long"),
        pytest.param("ck_%27 or 1=1_x", id="injection"),
    ],
)
def test_whatever_is_no_valid_key_is_refused_alike(
    shown: str | None, api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    _, key_id, secret = published_on_sqlite.ours.key.split("_", 2)
    given = None if shown is None else shown.replace("{id}", key_id).replace("{secret}", secret)
    headers = {} if given is None else {b"Authorization": b"Bearer " + given.encode("latin-1")}

    answer = api_on_sqlite.get("/v1/versions", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/unauthenticated"
    assert secret not in answer.text


def test_the_id_of_one_key_with_the_secret_of_another_is_refused(
    api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    _, ours, _ = published_on_sqlite.ours.key.split("_", 2)
    _, _, theirs = published_on_sqlite.theirs.key.split("_", 2)

    assert api_on_sqlite.get("/v1/versions", headers=bearer(f"ck_{ours}_{theirs}")).status_code == 401


def test_a_key_without_the_scope_is_told_which_it_needs(api_on_sqlite: Any, engine: Any) -> None:
    key = make_key(engine, "default", now=NOW, scopes=[Scope.SEARCH_READ])

    answer = api_on_sqlite.get("/v1/versions", headers=bearer(key))

    assert answer.status_code == 403
    assert answer.json()["scope"] == "customers:read"


def test_a_key_ends_at_its_time_to_the_second(
    published_on_sqlite: Any, start_api: Callable[..., Any], engine: Any
) -> None:
    time = [NOW]
    api = start_api(published_on_sqlite.settings(), now=lambda: time[0])
    key = make_key(engine, "default", now=NOW, expires_at=NOW + timedelta(minutes=1))

    assert api.get("/v1/versions", headers=bearer(key)).status_code == 200
    time[0] = NOW + timedelta(seconds=60)
    assert api.get("/v1/versions", headers=bearer(key)).status_code == 401


def test_a_revoked_key_is_refused_once_it_is_looked_up_again(
    published_on_sqlite: Any, start_api: Callable[..., Any], engine: Any
) -> None:
    api = start_api(published_on_sqlite.settings(key_cache_seconds=0))
    key = make_key(engine, "default", now=NOW)
    assert api.get("/v1/versions", headers=bearer(key)).status_code == 200

    with writing(engine) as connection:
        revoke_key(connection, "default", key.split("_")[1], now=NOW)

    assert api.get("/v1/versions", headers=bearer(key)).status_code == 401


def test_a_verified_key_is_not_looked_up_again_for_a_while(
    api_on_sqlite: Any, published_on_sqlite: Any
) -> None:
    keys = api_on_sqlite.app.state.serving.keys
    looked_up: list[str] = []
    read = keys._read

    def counted(key_id: str) -> Any:
        looked_up.append(key_id)
        return read(key_id)

    keys._read = counted

    for _ in range(5):
        api_on_sqlite.get("/v1/versions", headers=published_on_sqlite.ours.headers)

    assert len(looked_up) == 1


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        pytest.param(("127.0.0.1", 1), {}, 200, id="here"),
        pytest.param(("::1", 1), {}, 200, id="here-by-6"),
        pytest.param(ELSEWHERE, {}, 401, id="elsewhere"),
        pytest.param(("127.0.0.1", 1), {"X-Forwarded-For": "127.0.0.1"}, 401, id="through-a-proxy"),
        pytest.param(("127.0.0.1", 1), {"Forwarded": "for=203.0.113.9"}, 401, id="through-another-proxy"),
    ],
)
def test_a_loopback_key_is_good_on_its_own_machine_only(
    client: tuple[str, int], headers: dict[str, str], status: int, api_on_sqlite: Any, engine: Any
) -> None:
    key = make_key(engine, "default", now=NOW, is_loopback_only=True)
    asking = api_on_sqlite.from_address(client)

    answer = api_on_sqlite.run(asking.get("/v1/versions", headers=bearer(key) | headers))

    assert answer.status_code == status


def test_secret_can_be_granted_to_nobody(api_on_sqlite: Any, engine: Any) -> None:
    key = make_key(engine, "default", now=NOW, clearance=tuple(Classification))
    serving = api_on_sqlite.app.state.serving

    api_on_sqlite.get("/v1/versions", headers=bearer(key))

    _, _, principal = serving.keys._found[key.split("_")[1]]
    assert principal.clearance == set(Classification) - {Classification.SECRET}
