"""The commands as a user meets them: drained, found, rebuilt, and what is said when they cannot."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

import concord
from context_api.store.sealing import Sealer, master_key
from pipelines.vectors import embedding
from tests.integration.conftest import load_fixture


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("QDRANT_URL", "CONCORD_STORE_URL", "CONCORD_STORE_KEY"):
        monkeypatch.delenv(name, raising=False)
    small = load_fixture("killed_drain")
    monkeypatch.setattr(embedding, "DIMENSIONS", small.DIMENSIONS)
    monkeypatch.setattr("pipelines.vectors.opening.DIMENSIONS", small.DIMENSIONS)
    monkeypatch.setattr(embedding, "_load", lambda: small.small_embedding)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        concord.main(["vectors", *arguments])
    captured = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 1), captured.out, captured.err


def test_what_was_published_is_drained_found_and_rebuilt(
    home: Path, warehouse: Any, sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse.tell()
    warehouse.activity("erp:order:1", ["crm:contact:1"], title="A pump", body="for the cellar")
    warehouse.publish(sqlite_engine, Sealer(master_key(home, None), "default"))
    at_home = ("--home", str(home))

    drained = run(capsys, "drain", *at_home)
    found = run(capsys, "search", "A pump\nfor the cellar", *at_home, "--kind", "order", "--limit", "1")
    rebuilt = run(capsys, "rebuild", *at_home)

    assert drained[:2] == (0, "5 points written, 0 removed; 5 texts embedded, 0 known already\n")
    assert found[0] == 0
    assert found[1].split("\t")[:3] == ["1.000", "activity", "erp:order:1"]
    assert rebuilt[:2] == (0, "5 points written, 0 removed; 0 texts embedded, 5 known already\n")


@pytest.mark.parametrize("command", [("drain",), ("rebuild",)], ids=["drain", "rebuild"])
def test_without_a_store_the_command_that_makes_one_is_named(
    home: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    code, _, said = run(capsys, *command, "--home", str(home / "empty"))

    assert code == 2
    assert "concord run --home" in said


def test_a_search_without_an_index_names_the_command_that_builds_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, said = run(capsys, "search", "anything", "--home", str(home))

    assert code == 1
    assert f"concord vectors rebuild --home {home}" in said


def test_a_search_with_the_server_down_says_so(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QDRANT_URL", "http://127.0.0.1:9")

    code, _, said = run(capsys, "search", "anything", "--home", str(home))

    assert code == 1
    assert "QDRANT_URL does not answer" in said
