"""`concord resolve`: files in, one complete run out. The order of the steps, and nothing else.

read and map the files -> standardise -> learn a model (or take a saved one) -> score pairs -> settle ->
write. A run is complete or not there at all (`run_folder`); the same input gives the same files but for
timings. Golden ids carry over from the run that the folder held before (DESIGN.md, law 4).
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from resolution import clustered_pairs, contents, exports, matching_run, state
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
from resolution.run_folder import RULES, STATE, current_run, has_run, new_run
from resolution.settle import Terms, settle_all
from resolution.standardise.forms import DateReading
from resolution.standardise.standardise import standardise
from resolution.stopwatch import Stopwatch
from resolution.survivorship_rules import SurvivorshipRules, default_rules, read_rules

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
    """A finished run: its folder, what `run.json` holds, and how the files were read."""

    folder: Path
    run: dict[str, Any]
    mapping: Mapping | None = None


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
    plan = _plan(files, given)
    watch = Stopwatch(total=STEPS)
    with watch.running(is_shown=given.is_shown), new_run(out) as draft:
        before = current_run(out) if has_run(out) else None
        run, found = _run(plan, draft, before=before, watch=watch)
    return RunSummary(out, run, found)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a run goes by: everything that was asked for, read and checked."""

    files: tuple[Path, ...]
    mapping: Path | None
    matching: matching_run.MatchingOptions
    decisions: tuple[Decision, ...]
    model: ResolutionModel | None
    rules: SurvivorshipRules
    rules_file: Path | None
    now: datetime


def _plan(files: Sequence[Path], options: Options) -> _Plan:
    if not files:
        raise InputError("no file given; name one or more CSV, JSONL or Parquet files")
    if options.precision is not None and not 0.5 <= options.precision < 1:
        raise InputError(f"--precision {options.precision:g} is not between 0.5 and 1; try 0.99")
    if options.precision is not None and options.model is not None:
        raise InputError("--precision is chosen when a model is learned; give either it or --model")
    return _Plan(
        files=tuple(files),
        mapping=options.mapping,
        matching=matching_run.MatchingOptions(precision=options.precision, semantic=options.semantic),
        decisions=tuple(read_decisions(options.decisions)) if options.decisions else (),
        model=_saved_model(options.model) if options.model else None,
        rules=read_rules(options.rules) if options.rules else default_rules(),
        rules_file=options.rules,
        now=datetime.now(tz=UTC).replace(tzinfo=None),
    )


def _run(
    plan: _Plan, draft: Path, *, before: Path | None, watch: Stopwatch
) -> tuple[dict[str, Any], Mapping]:
    with state.open_work(draft / STATE) as connection:
        with watch.step("read"):
            mapping, sources = _load(connection, plan.files, plan.mapping)
            write_mapping(mapping, draft / "mapping.yml")
            if plan.rules_file is not None:  # updates go by them too
                shutil.copyfile(plan.rules_file, draft / RULES)
        with watch.step("standardise"):
            known = state.readings_from_json(plan.model.date_readings) if plan.model else ()
            summary = standardise(connection, sources, readings=known)
            inputs = describe_inputs(connection, sources)
            state.prune(connection)
        state.write_decisions(connection, plan.decisions)
        decided = state.check_decisions(connection)
        model = _match(connection, plan, mapping, readings=summary.readings, watch=watch)
        with watch.step("settle"):
            state.prune(connection)
            if before is not None:
                state.carry_over_ledger(connection, before / STATE)
            settle_all(connection, terms_of(model, plan.rules, now=plan.now, cause="run"))
        with watch.step("write"):
            model_json = to_json(model)
            counts = exports.write_all(connection, draft, model=model_json)
            clustered_pairs.count_all(connection)
            contents.write_all(connection)
            run = describe(connection, model, model_id=model_json["model_id"], inputs=inputs, counts=counts)
            run["created_at"] = plan.now.isoformat(timespec="seconds") + "Z"
            run["asked_precision"] = plan.matching.precision
            run["decisions"] = decided
            run["readings"] = state.readings_json(summary.readings)
            write_json(draft / "model.json", model_json)
        with watch.step("report"):
            run["steps"] = watch.steps
            write_report(connection, run=run, model=model_json, mapping=mapping, path=draft / "report.html")
    run["steps"] = watch.steps
    write_json(draft / "run.json", run)
    return run, mapping


def _match(
    connection: duckdb.DuckDBPyConnection,
    plan: _Plan,
    mapping: Mapping,
    *,
    readings: Sequence[DateReading],
    watch: Stopwatch,
) -> ResolutionModel:
    """Write `links`; return the model that scored them, learned or given."""
    with watch.step("learn"):
        if plan.model is None:
            learned = matching_run.learn(connection, options=plan.matching, sources=mapping.sources)
        else:
            learned = matching_run.take(connection, plan.model)
    with watch.step("score"):
        model = matching_run.score(connection, learned).model
    if plan.model is not None:
        return model
    return replace(model, date_readings=state.readings_json(readings))


def terms_of(model: ResolutionModel, rules: SurvivorshipRules, *, now: datetime, cause: str) -> Terms:
    """Return what settling goes by: the model's part, the rules, the clock."""
    return Terms(Bridge(**model.bridge), model.clean_sources, rules, now, cause)


def _load(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], mapping_file: Path | None
) -> tuple[Mapping, list[LoadedSource]]:
    tables = read_files(connection, files)
    mapping = map_files(connection, tables, mapping_file=mapping_file)
    return mapping, load_sources(connection, mapping, tables)


def _saved_model(path: Path) -> ResolutionModel:
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")), named=str(path))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no model; give --model the model.json of an earlier run") from error


def describe(
    connection: duckdb.DuckDBPyConnection,
    model: ResolutionModel,
    *,
    model_id: str,
    inputs: Sequence[dict[str, Any]],
    counts: dict[str, int],
) -> dict[str, Any]:
    """Return what run.json says of a run, without timings; `counts` are those of `exports.write_all`.

    `model_id` is that of the model, given because to make it costs a second.
    """
    records, persons, organizations = connection.execute(
        "SELECT count(*), count(*) FILTER (party_type = 'person'),"
        " count(*) FILTER (party_type = 'organization') FROM membership"
    ).fetchone() or (0, 0, 0)
    links = connection.execute("SELECT count(*) FROM links WHERE band = 'match'").fetchone() or (0,)
    expected = clustered_pairs.expected_by_type(connection, model)
    return {
        "concord": version("concord"),
        "inputs": list(inputs),
        "counts": {
            "records": records,
            "persons": persons,
            "organizations": organizations,
            "links": links[0],
            "clusters": counts["golden_records"],
            **counts,
        },
        "expected": clustered_pairs.expected_of_run(expected),
        "expected_by_type": expected,
        "thresholds": {
            name: {
                "match": party.match_threshold,
                "review": party.review_threshold,
                "status": party.status_reason,
            }
            for name, party in model.parties.items()
        },
        "model_id": model_id,
        "versions": {name: version(name) for name in ("splink", "duckdb", "numpy", "scipy")},
    }


def describe_inputs(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[LoadedSource]
) -> list[dict[str, Any]]:
    """Return one entry per file: rows, of which some are used and the others in quarantine."""
    inputs = []
    for source in sources:
        (used,) = connection.execute(f"SELECT count(*) FROM {source.table}").fetchone() or (0,)
        (empty,) = connection.execute(
            f"SELECT count(*) FROM {source.table} r"
            " SEMI JOIN quarantine q ON q.file = r._file AND q.line = r._line"
        ).fetchone() or (0,)
        inputs.append(
            {
                "file": source.mapping.file,
                "source": source.mapping.source,
                "rows": source.rows,
                "used": used - empty,
                "quarantined": source.rows - used + empty,
                "cut": source.cut_rows,
            }
        )
    return inputs


def write_json(path: Path, document: Any) -> None:
    """Write a document as JSON that people can read."""
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
