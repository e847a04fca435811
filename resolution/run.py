"""`concord resolve`: files in, one complete run out. The order of the steps, and nothing else.

read and map the files -> standardise -> learn a model (or take a saved one) -> score pairs -> settle ->
write. A run is complete or not there at all (`run_folder`); the same input gives the same files but for
timings. Golden ids carry over from the run that the folder held before (DESIGN.md, law 4).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from resolution import exports, matching_run, state
from resolution.decisions import Decision, read_decisions
from resolution.domain.attributes import Mapping
from resolution.domain.clustering import Bridge
from resolution.domain.errors import InputError
from resolution.files.completion import map_files
from resolution.files.loading import LoadedSource, load_sources
from resolution.files.mapping_file import write_mapping
from resolution.files.reading import read_files
from resolution.matching.model import ResolutionModel, from_json, to_json
from resolution.report.page import write_report
from resolution.run_folder import STATE, current_run, has_run, new_run
from resolution.settle import Terms, settle_all
from resolution.standardise.standardise import standardise
from resolution.stopwatch import Stopwatch
from resolution.survivorship_rules import default_rules, read_rules

STEPS = 7


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may say beside the files."""

    mapping: Path | None = None
    decisions: Path | None = None
    precision: float | None = None
    rules: Path | None = None
    model: Path | None = None
    semantic: bool = False
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A finished run: its folder and what `run.json` holds."""

    folder: Path
    run: dict[str, Any]


def resolve(
    files: Sequence[Path],
    *,
    out: Path,
    mapping: Path | None = None,
    decisions: Path | None = None,
    precision: float | None = None,
    options: Options | None = None,
) -> RunSummary:
    """Resolve the records of `files` into the folder `out`.

    Raises:
        InputError: A file, the mapping, the decisions or an option cannot be used; nothing is written.
    """
    given = options or Options(mapping=mapping, decisions=decisions, precision=precision)
    if given.precision is not None and not 0.5 <= given.precision < 1:
        raise InputError(f"--precision {given.precision:g} is not between 0.5 and 1; try 0.99")
    if not files:
        raise InputError("no file given; name one or more CSV, JSONL or Parquet files")
    decided = read_decisions(given.decisions) if given.decisions else []
    watch = Stopwatch(total=STEPS)
    before = current_run(out) if has_run(out) else None
    with watch.running(is_shown=given.is_shown), new_run(out) as draft:
        run = _run(list(files), draft, before=before, options=given, decided=decided, watch=watch)
    return RunSummary(out, run)


def _run(
    files: list[Path],
    draft: Path,
    *,
    before: Path | None,
    options: Options,
    decided: list[Decision],
    watch: Stopwatch,
) -> dict[str, Any]:
    rules = read_rules(options.rules) if options.rules else default_rules()
    now = datetime.now(tz=UTC).replace(tzinfo=None)
    work = draft / "work.duckdb"
    with state.open_work(work) as connection:
        with watch.step("read"):
            mapping, sources = _load(connection, files, options.mapping)
            write_mapping(mapping, draft / "mapping.yml")
        with watch.step("standardise"):
            summary = standardise(connection, sources)
        state.write_decisions(connection, decided)
        with watch.step("learn"):
            saved = _saved_model(options.model)
            learned = matching_run.learn(connection, model=saved, options=_matching(options), sources=mapping.sources)
        with watch.step("score"):
            learned = matching_run.score(connection, learned)
        with watch.step("settle"):
            if before is not None:
                state.carry_over_ledger(connection, before / STATE)
            terms = Terms(Bridge(**learned.model.bridge), learned.model.clean_sources, rules, now, "run")
            settle_all(connection, terms)
        with watch.step("write"):
            counts = exports.write_all(connection, draft)
            run = describe(connection, learned.model, sources=sources, counts=counts)
            run["readings"] = state.readings_json(summary.readings)
            _write_json(draft / "model.json", to_json(learned.model))
            state.save(connection, draft / STATE)
        with watch.step("report"):
            run["steps"] = watch.steps
            write_report(
                connection, run=run, model=to_json(learned.model), mapping=mapping, path=draft / "report.html"
            )
    work.unlink()
    work.with_suffix(".duckdb.wal").unlink(missing_ok=True)
    run["steps"] = watch.steps
    run["created_at"] = now.isoformat(timespec="seconds") + "Z"
    _write_json(draft / "run.json", run)
    return run


def _load(
    connection: duckdb.DuckDBPyConnection, files: list[Path], mapping_file: Path | None
) -> tuple[Mapping, list[LoadedSource]]:
    tables = read_files(connection, files)
    mapping = map_files(connection, tables, mapping_file=mapping_file)
    return mapping, load_sources(connection, mapping, tables)


def _saved_model(path: Path | None) -> ResolutionModel | None:
    if path is None:
        return None
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no model; give --model the model.json of an earlier run") from error


def _matching(options: Options) -> matching_run.MatchingOptions:
    return matching_run.MatchingOptions(precision=options.precision, semantic=options.semantic)


def describe(
    connection: duckdb.DuckDBPyConnection,
    model: ResolutionModel,
    *,
    sources: Sequence[LoadedSource],
    counts: dict[str, int],
) -> dict[str, Any]:
    """Return what run.json says of a run, without timings."""
    totals = connection.execute(
        "SELECT count(*), count(*) FILTER (party_type = 'person'), count(*) FILTER (party_type = 'organization')"
        " FROM party_records"
    ).fetchone() or (0, 0, 0)
    links = connection.execute("SELECT count(*) FROM links WHERE band = 'match'").fetchone() or (0,)
    return {
        "concord": version("concord"),
        "inputs": [
            {
                "file": source.mapping.file,
                "source": source.mapping.source,
                "rows": source.rows,
                "used": source.used,
                "quarantined": source.quarantined,
            }
            for source in sources
        ],
        "counts": {
            "records": totals[0],
            "persons": totals[1],
            "organizations": totals[2],
            "links": links[0],
            "clusters": counts["golden_records"],
            **counts,
        },
        "expected": state.expected_of_run(connection, model),
        "expected_by_type": state.expected_by_type(connection, model),
        "thresholds": {
            name: {"match": party.match_threshold, "review": party.review_threshold, "status": party.status_reason}
            for name, party in model.parties.items()
        },
        "model_id": model.model_id,
        "versions": {name: version(name) for name in ("splink", "duckdb", "numpy", "scipy")},
    }


def _write_json(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
