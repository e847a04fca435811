"""`concord show`, `concord keys` and `concord openapi`, as they are typed."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from api_service import Api

from concord import main
from context_api.app import create_app
from context_api.audit.tables import open_audit
from context_api.serving import prepare
from context_api.settings import open_home
from context_api.store.engine import writing
from resolution.domain.ids import seed_id

A, B, C, ORG = "crm:contact:1", "erp:customer:2", "itsm:requester:3", "crm:company:9"


@pytest.fixture
def home(tmp_path: Path, warehouse: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with one published version."""
    monkeypatch.delenv("CONCORD_STORE_URL", raising=False)
    monkeypatch.delenv("CONCORD_STORE_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    folder = tmp_path / "home"
    engine, sealer = open_home(folder, is_new=True)
    warehouse.tell()
    warehouse.activity("erp:order:1", [B], title="Ten chairs")
    warehouse.connection.execute(
        "insert into intermediate.int_relationships values"
        f" ('r1', 'works_for', '{A}', '{ORG}', 'CFO', timestamp '2025-03-01', null, 'crm', null),"
        f" ('r2', 'works_for', '{B}', '{ORG}', 'accounts payable', null, null, 'erp', null)"
    )
    warehouse.publish(engine, sealer)
    engine.dispose()
    return folder


@pytest.fixture
def concord(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out + captured.err

    return run


def test_show_prints_values_conflicts_records_and_timeline(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("show", "ann@example.com", "--home", str(home))

    assert code == 0
    for part in ("Ann Lee", seed_id(A), "entity version 1", "Conflicts", "A. Lee", "Bern", "Ten chairs", B):
        assert part in shown


def test_a_company_names_who_works_for_it_with_role_and_sources(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("show", ORG, "--home", str(home))

    (line,) = [line for line in shown.splitlines() if "works_for" in line]
    assert code == 0
    for part in ("Ann Lee", seed_id(A), "CFO, crm", "accounts payable, erp", "2025-03-01"):
        assert part in line


def test_several_parties_of_one_name_are_listed_to_choose_from(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    shown = concord("show", "Roe", "--home", str(home))
    as_json = concord("show", "Roe", "--home", str(home), "--json")

    assert shown[0] == 0
    for part in ("2 parties go by 'Roe'", "Cleo Roe", "Roe Ltd", seed_id(C), seed_id(ORG)):
        assert part in shown[1]
    assert "Values" not in shown[1]
    assert {choice["name"] for choice in json.loads(as_json[1])["choices"]} == {"Cleo Roe", "Roe Ltd"}


def test_show_as_json_holds_the_same(home: Path, concord: Callable[..., tuple[int, str]]) -> None:
    code, shown = concord("show", B, "--home", str(home), "--json")

    assert code == 0
    assert json.loads(shown)["party"]["record_ids"] == [A, B]


def test_show_at_a_time_before_the_first_version_says_so(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("show", B, "--home", str(home), "--as-of", "2020-01-01")

    assert code == 2
    assert "no version was in force at 2020-01-01" in shown


def test_what_nobody_goes_by_is_told_with_what_to_give(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("show", "Nobody", "--home", str(home))

    assert code == 2
    assert "nothing goes by 'Nobody'" in shown


def test_a_home_without_a_store_is_told_what_to_run(
    tmp_path: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("show", "Ann", "--home", str(tmp_path))

    assert code == 2
    assert "concord run --home" in shown


KEY = re.compile(r"ck_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")


def test_a_key_is_shown_once_then_listed_and_revoked(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    at = ("--home", str(home))
    made, shown = concord(
        "keys", "create", "crm-sync", "--scope", "customers:read", "--scope", "search:read",
        "--clearance", "pii", "--expires-in-days", "30", *at,
    )  # fmt: skip
    key = KEY.search(shown)
    assert key is not None
    listed = concord("keys", "list", *at)[1]
    concord("keys", "revoke", key[1], *at)
    listed_after = concord("keys", "list", *at)[1]

    assert made == 0
    for told in (key[1], "crm-sync", "customers:read search:read", "pii", "valid until"):
        assert told in listed
    assert "revoked" in listed_after
    assert key[0] not in listed + listed_after


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        pytest.param(["--scope", "customers:write"], "customers:read", id="unknown-scope"),
        pytest.param(
            ["--scope", "match:run", "--clearance", "secret"], "financial", id="nobody-sees-secrets"
        ),
        pytest.param([], "--scope", id="no-scope"),
    ],
)
def test_a_key_that_cannot_be_given_is_refused_with_what_can(
    stated: list[str], told: str, home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("keys", "create", "a", *stated, "--home", str(home))

    assert code == 2
    assert told in shown
    assert KEY.search(shown) is None


def test_the_help_names_every_scope() -> None:
    from context_api.auth import Scope
    from context_api.commands import SCOPES

    assert tuple(Scope) == SCOPES


def test_revoking_a_key_that_is_not_there_says_where_to_look(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    code, shown = concord("keys", "revoke", "0123456789abcdef", "--home", str(home))

    assert code == 2
    assert "concord keys list" in shown


def test_the_document_is_printed_whatever_the_environment_says(
    concord: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_PORT", "none")

    code, shown = concord("openapi")

    assert code == 0
    assert "/v1/versions" in json.loads(shown)["paths"]


def test_the_audit_trail_of_what_was_served_is_verified_and_a_cut_off_end_is_told(
    published_on_sqlite: Any, concord: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = published_on_sqlite.settings()
    for name, value in published_on_sqlite.environment().items():
        monkeypatch.setenv(name, value)
    prepare(settings)
    with Api(create_app(settings)) as api:
        for _ in range(3):
            assert api.get("/v1/versions", headers=published_on_sqlite.ours.headers).status_code == 200

    whole = concord("audit", "verify")
    engine = open_audit(settings.audit_address())
    with writing(engine) as connection:
        connection.exec_driver_sql("delete from audit_entries where sequence = 3")
    engine.dispose()
    cut = concord("audit", "verify")

    assert whole[0] == 0
    assert "1 chains, 3 entries: whole" in whole[1]
    assert cut[0] == 1
    assert "entry 3: is missing: the signed head tells of 3 entries" in cut[1]


def test_a_trail_is_not_verified_with_a_key_made_for_it(
    home: Path, concord: Callable[..., tuple[int, str]]
) -> None:
    (home / "store.key").unlink()

    code, shown = concord("audit", "verify", "--home", str(home))

    assert (code, (home / "store.key").exists()) == (2, False)
    assert "store.key" in shown
