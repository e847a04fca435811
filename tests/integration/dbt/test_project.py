"""What every model owes its readers: a description, its grain, a tested key and an invariant."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from raw_warehouse import write_raw_warehouse

from pipelines.assets.checks import freshness_terms
from pipelines.assets.dbt_runs import source_freshness
from pipelines.assets.home import HomeFolder
from pipelines.warehouse import connect
from resolution.standardise.lexicon import words

PROJECT = Path(__file__).parents[3] / "dbt"
RULES = "keeps_its_rules"
TestsOf = Callable[[Any], list[tuple[str, dict[str, Any]]]]
FOLDER_SCHEMAS = {"staging": "staging", "intermediate": "intermediate", "marts": "marts"}


@pytest.fixture(scope="session")
def models(manifest: Any) -> dict[str, Any]:
    """Every model by its name."""
    return {node.name: node for node in manifest.nodes.values() if node.resource_type == "model"}


@pytest.fixture(scope="session")
def tests_of(manifest: Any) -> TestsOf:
    """The generic tests of a model: name and arguments."""

    def named(model: Any) -> list[tuple[str, dict[str, Any]]]:
        tests = [node for node in manifest.nodes.values() if node.resource_type == "test"]
        own = [test for test in tests if getattr(test, "attached_node", None) == model.unique_id]
        return [(test.test_metadata.name, test.test_metadata.kwargs) for test in own]

    return named


def test_every_model_is_described_with_its_grain(models: dict[str, Any]) -> None:
    silent = [
        name for name, model in models.items() if not model.description or not model.config.meta.get("grain")
    ]

    assert models
    assert silent == []


def test_every_model_has_a_tested_key(models: dict[str, Any], tests_of: TestsOf) -> None:
    assert [name for name, model in models.items() if not _with(tests_of(model), "key")] == []


def test_every_model_has_a_business_invariant(models: dict[str, Any], tests_of: TestsOf) -> None:
    assert [
        name
        for name, model in models.items()
        if not _with(tests_of(model), "rules") and {test for test, _ in tests_of(model)} <= {RULES}
    ] == []


def test_every_staging_table_keeps_every_row(models: dict[str, Any], tests_of: TestsOf) -> None:
    derived = {"stg_email__participants", "stg_email__correspondents"}
    staged = {
        name: model for name, model in models.items() if name.startswith("stg_") and name not in derived
    }

    assert [name for name, model in staged.items() if not _with(tests_of(model), "every_row_of")] == []


def _with(tests: list[tuple[str, dict[str, Any]]], argument: str) -> list[str]:
    return [test for test, arguments in tests if arguments.get(argument)]


def test_models_stand_in_the_schema_and_tag_of_their_folder(models: dict[str, Any]) -> None:
    for name, model in models.items():
        folder = model.fqn[1]
        assert (model.schema, folder in model.tags) == (FOLDER_SCHEMAS[folder], True), name


def test_every_raw_table_has_freshness(manifest: Any) -> None:
    raw = [source for source in manifest.sources.values() if source.source_name.startswith("raw_")]

    assert len(raw) == 20
    assert [
        s.name
        for s in raw
        if "last_synced(this)" not in s.loaded_at_query or not s.freshness.warn_after.count
    ] == []


def test_every_typed_column_is_watched_for_cast_failures(models: dict[str, Any]) -> None:
    typed = {name for name, model in models.items() if "{{ typed(" in model.raw_code}
    watched = {reference.name for reference in models["int_cast_failures"].refs}

    assert watched == typed


def test_mail_words_are_those_of_the_lexicon() -> None:
    with (PROJECT / "seeds" / "mail_words.csv").open(encoding="utf-8") as lines:
        seeded = {(row["word"], row["kind"]) for row in csv.DictReader(lines)}
    lexicon = {"role": "roles", "role_name": "role_names", "free_domain": "free"}

    assert seeded == {(word, kind) for kind, name in lexicon.items() for word in words("emails", name)}


def test_a_raw_table_is_as_fresh_as_its_last_whole_sync(tmp_path: Path) -> None:
    write_raw_warehouse(tmp_path / "warehouse.duckdb", {})
    now = datetime.now(UTC).replace(tzinfo=None)
    with connect(tmp_path) as connection:
        connection.execute("update sync.loads set ended_at = $1", [now])
        for table, age in (("companies", 40), ("deals", 24 * 8)):
            then = now - timedelta(hours=age)
            connection.execute("update sync.loads set ended_at = $1 where object = $2", [then, table])
        connection.execute("insert into sync.loads values ('crm', 'companies', 'failed', $1)", [now])

    statuses = {result.unique_id.split("raw_")[1]: result.status for result in source_freshness(tmp_path)}

    assert len(statuses) == 20
    assert {table: status for table, status in statuses.items() if status != "pass"} == {
        "crm.companies": "warn",  # its last load failed; 40 hours are past the first term
        "crm.deals": "error",
    }
    judged = freshness_terms(HomeFolder(path=str(tmp_path)))
    assert isinstance(judged, dg.AssetCheckResult)
    assert (judged.passed, judged.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "raw_crm.deals: last synced" in str(judged.description)
