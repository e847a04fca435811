"""Running dbt inside this process: a fifth of the time of a subprocess, and no second writer to wait for.

dbt keeps its database connection and its log file open for the life of a process; here both are closed after
every command, for DuckDB lets nobody else open the warehouse meanwhile.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.errors import DbtFault
from pipelines.warehouse import warehouse_path

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).parents[2] / "dbt"
WAREHOUSE_VARIABLE = "CONCORD_WAREHOUSE"  # what dbt/profiles.yml reads
PARSED = "partial_parse.msgpack"
RULES = "keeps_its_rules"  # the generic test whose rows are a rule and how many rows break it
SUCCESS = frozenset({"success", "pass"})


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one model or test: `status` in dbt's words, its seconds, rows that failed a test."""

    unique_id: str
    status: str
    seconds: float
    message: str
    failures: int

    @property
    def is_success(self) -> bool:
        """Whether the model was built or the test passed."""
        return self.status in SUCCESS


def prepare_manifest(home: Path, *, project: Path = PROJECT) -> Path:
    """Return the manifest of the dbt project, parsed again only when a file of the project is newer.

    Raises:
        DbtFault: The project cannot be parsed.
    """
    target = _definitions(home)
    manifest = target / "manifest.json"
    if manifest.exists() and manifest.stat().st_mtime >= _newest(project):
        return manifest
    _invoke(["parse"], home=home, target=target, project=project)
    return manifest


def _definitions(home: Path) -> Path:
    return home / "dbt" / f"definitions-{version('dbt-core')}"  # what one release parsed is no other's


def build(home: Path, selection: str, *, project: Path = PROJECT) -> list[NodeResult]:
    """Build the selected models and run their tests; return what became of each, failed ones too.

    The caller holds the warehouse's lock, and has no connection of its own open.

    Raises:
        DbtFault: dbt could not start: the project or its profile is at fault.
    """
    # Buildable: tests that need a model of a later step wait for that step.
    # No artefacts: nothing reads what dbt would write of a build, and the manifest alone is megabytes.
    options = ("--indirect-selection", "buildable", "--no-write-json")
    command = ["build", *options, "--select", *selection.split()]
    return _told(_run(command, home, project).results, home)


def source_freshness(home: Path, *, project: Path = PROJECT) -> list[NodeResult]:
    """Return for each raw table whether it is within the terms of its source, and when it was last synced.

    The caller holds the warehouse's lock, and has no connection of its own open.

    Raises:
        DbtFault: dbt could not start: the project or its profile is at fault.
    """
    return [
        NodeResult(
            unique_id=result.node.unique_id,
            status=str(result.status),
            seconds=float(result.execution_time),
            message=str(result.message or f"last synced {result.max_loaded_at:%Y-%m-%d %H:%M} UTC"),
            failures=0,
        )
        for result in _run(["source", "freshness"], home, project).results
    ]


def _run(command: Sequence[str], home: Path, project: Path) -> Any:
    prepare_manifest(home, project=project)
    return _invoke(
        command, home=home, target=home / "dbt" / "target", project=project, manifest=_parsed(home)
    )


def _parsed(home: Path) -> "Manifest":
    """Return what `prepare_manifest` parsed, as an object of dbt that is of this process alone.

    dbt, left to itself, parses anew wherever the home folder has moved, and that takes most of the time of a
    small build (https://docs.getdbt.com/reference/programmatic-invocations#reusing-objects).
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    return Manifest.from_msgpack(
        (_definitions(home) / PARSED).read_bytes(), decoder=extended_mashumuro_decoder
    )


def _told(results: Sequence[Any], home: Path) -> list[NodeResult]:
    """Return the results in our words; a broken test of rules names the rules."""
    broken = _broken_rules(results, home)
    return [
        NodeResult(
            unique_id=result.node.unique_id,
            status=str(result.status),
            seconds=float(result.execution_time),
            message=broken.get(result.node.unique_id) or str(result.message or ""),
            failures=int(result.failures or 0),
        )
        for result in results
    ]


def _broken_rules(results: Sequence[Any], home: Path) -> dict[str, str]:
    """Return, by test of rules that failed, which rules are broken and by how many rows.

    dbt tells how many rows failed, not which: the test is asked once more. Only rules and counts are told;
    the rows of other tests may hold what people's records say.
    """
    failed = [result.node for result in results if result.failures and _is_of_rules(result.node)]
    if not failed:
        return {}
    with duckdb.connect(str(warehouse_path(home)), read_only=True) as connection:
        found = {node.unique_id: connection.execute(node.compiled_code).fetchall() for node in failed}
    return {
        test: "; ".join(f"{rule}: {rows} rows break it" for rule, rows in told)
        for test, told in found.items()
    }


def _is_of_rules(node: Any) -> bool:
    metadata = getattr(node, "test_metadata", None)
    return metadata is not None and metadata.name == RULES


def _invoke(
    command: Sequence[str], *, home: Path, target: Path, project: Path, manifest: "Manifest | None" = None
) -> Any:
    from dbt.cli.main import dbtRunner  # takes two seconds to import

    options = [
        *("--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target)),
        *("--log-path", str(home / "dbt" / "logs"), "--log-level", "none", "--log-level-file", "none"),
    ]
    target.mkdir(parents=True, exist_ok=True)
    variables = {
        WAREHOUSE_VARIABLE: str(warehouse_path(home)),
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    with _environment(variables), _left_closed():
        outcome = dbtRunner(manifest=manifest).invoke([*command, *options])
    if outcome.result is None or outcome.exception is not None:
        raise DbtFault(" ".join(command), str(outcome.exception or "no result")) from outcome.exception
    return outcome.result


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _left_closed() -> Iterator[None]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt_common.events.event_manager_client import cleanup_event_logger, get_event_manager

    try:
        yield
    finally:
        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt-duckdb's
        for logger in get_event_manager().loggers:
            # dbt has no means of its own to close its log file; without it, each command leaves one open.
            for handler in getattr(getattr(logger, "_python_logger", None), "handlers", ()):
                handler.close()
        cleanup_event_logger()


def _newest(project: Path) -> float:
    """Return the time of the last change; folders count too, for a file that was taken away is in none."""
    return max((path.stat().st_mtime for path in project.rglob("*")), default=0.0)
