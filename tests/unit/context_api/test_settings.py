from itertools import pairwise
from pathlib import Path

import pytest

from context_api.errors import FaultySettings, FaultyStoreSetting, NothingPublished
from context_api.settings import Settings, as_environment, open_home, read_settings, variable_of


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


ROOT = Path(__file__).parents[3]
SECRETS = ("CONCORD_STORE_URL", "CONCORD_STORE_KEY", "CONCORD_AUDIT_URL", "QDRANT_API_KEY")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that states no setting."""
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_of(name), raising=False)
    return monkeypatch


def test_settings_come_from_the_environment_and_what_is_stated_comes_first(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("CONCORD_PORT", "9000")
    bare.setenv("CONCORD_HOME", "company")
    bare.setenv("QDRANT_URL", "http://qdrant:6333")
    bare.setenv("CONCORD_AUDIT_URL", "")

    settings = read_settings(port=9001, host=None)

    assert (settings.port, settings.host, settings.home) == (9001, "127.0.0.1", Path("company"))
    assert settings.audit_address() == "sqlite:///company/audit.db"
    assert settings.qdrant_url is not None


def test_every_fault_is_told_at_once_and_no_value(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("CONCORD_PORT", "eighty-eighty")
    bare.setenv("CONCORD_WORKERS", "0")
    bare.setenv("CONCORD_KEY_CACHE_SECONDS", "3600")

    with pytest.raises(FaultySettings) as refused:
        read_settings()

    said = str(refused.value)
    for variable in ("CONCORD_PORT", "CONCORD_WORKERS", "CONCORD_KEY_CACHE_SECONDS", ".env.example"):
        assert variable in said
    assert "eighty-eighty" not in said


@pytest.mark.parametrize("variable", SECRETS)
def test_a_secret_is_shown_nowhere(variable: str, bare: pytest.MonkeyPatch) -> None:
    bare.setenv(variable, "postgresql://u:canary-secret@h/d")

    settings = read_settings()

    assert "canary-secret" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_another_process_reads_the_same_settings(bare: pytest.MonkeyPatch) -> None:
    settings = read_settings(home=Path("a b"), workers=3, store_url="postgresql://u:p@h/d", wait_seconds=0.5)

    for name, value in as_environment(settings).items():
        bare.setenv(name, value)

    assert read_settings() == settings


def test_the_example_states_every_setting_its_default_and_what_it_means() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = example.partition("\n# ---- For docker-compose.yml alone")[0].splitlines()
    told = {
        line.lstrip("# ").partition("=")[0]: (line.partition("=")[2], above.removeprefix("# "))
        for above, line in pairwise(lines)
        if "=" in line
    }

    expected = {
        variable_of(name): ("" if field.default is None else str(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }
    assert told == expected
