"""`concord resolve --update`: a finished run brought up to date with new, changed and removed records.

The saved model scores, nothing is learned anew, and only the components that a change touches are settled,
so the clusters are those of a full run over all records with that model (DESIGN.md, law 3), at a cost in
proportion to the change. The run is updated in a copy and appears all at once.
"""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from resolution import exports, matching_run, state
from resolution.domain.attributes import PartyType
from resolution.domain.clustering import Bridge
from resolution.domain.errors import InputError
from resolution.domain.ids import DEFAULT_OBJECT
from resolution.files.completion import map_files
from resolution.files.loading import LoadedSource, load_sources
from resolution.files.reading import read_files
from resolution.matching import scoring
from resolution.matching.model import ResolutionModel, from_json
from resolution.report.page import write_report
from resolution.run import RunSummary, describe
from resolution.run_folder import STATE, current_run, new_run
from resolution.settle import Terms, settle_changed
from resolution.standardise.standardise import standardise
from resolution.stopwatch import Stopwatch
from resolution.survivorship_rules import default_rules

EXPORT_UP_TO = 200_000  # records; larger runs are exported when asked for
COPIED = ("model.json", "mapping.yml")


def update_run(
    folder: Path, files: Sequence[Path], *, remove: Path | None = None, export: bool | None = None
) -> RunSummary:
    """Bring the run in `folder` up to date; rows of `files` are new or replace those of the same id.

    Raises:
        RunNotFound: There is no complete run.
        InputError: A file cannot be used.
    """
    before = current_run(folder)
    model_json = json.loads((before / "model.json").read_text(encoding="utf-8"))
    former = json.loads((before / "run.json").read_text(encoding="utf-8"))
    watch = Stopwatch()
    with new_run(folder) as draft:
        for name in COPIED:
            shutil.copy2(before / name, draft / name)
        with watch.step("copy"):
            shutil.copy2(before / STATE, draft / STATE)
        with state.open_work(draft / STATE) as connection:
            run = _update(connection, files, remove, folder=draft, model_json=model_json, former=former, watch=watch)
            if export or (export is None and run["counts"]["records"] <= EXPORT_UP_TO):
                with watch.step("write"):
                    _export(connection, draft, run=run, model_json=model_json)
        run["steps"] = watch.steps
        (draft / "run.json").write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return RunSummary(folder, run)


def export_run(folder: Path) -> RunSummary:
    """Write all files of a run anew from its database."""
    before = current_run(folder)
    model_json = json.loads((before / "model.json").read_text(encoding="utf-8"))
    run = json.loads((before / "run.json").read_text(encoding="utf-8"))
    watch = Stopwatch()
    with new_run(folder) as draft:
        for name in (*COPIED, STATE):
            shutil.copy2(before / name, draft / name)
        with state.open_work(draft / STATE) as connection, watch.step("write"):
            _export(connection, draft, run=run, model_json=model_json)
        run["steps"] = watch.steps
        (draft / "run.json").write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return RunSummary(folder, run)


def _export(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, run: dict[str, Any], model_json: dict[str, Any]
) -> None:
    run["counts"] |= exports.write_all(connection, folder)
    run["counts"]["clusters"] = run["counts"]["golden_records"]
    write_report(connection, run=run, model=model_json, mapping=None, path=folder / "report.html")


def _update(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    remove: Path | None,
    *,
    folder: Path,
    model_json: dict[str, Any],
    former: dict[str, Any],
    watch: Stopwatch,
) -> dict[str, Any]:
    model = from_json(model_json)
    with watch.step("read"):
        sources = _load(connection, files, folder=folder)
    with watch.step("standardise"):
        readings = state.readings_from_json(former.get("readings", []))
        if sources:
            standardise(connection, sources, party_records="new_records", claims="new_claims", readings=readings)
        else:
            connection.execute("CREATE OR REPLACE TABLE new_records AS FROM party_records LIMIT 0")
            connection.execute("CREATE OR REPLACE TABLE new_claims AS FROM claims LIMIT 0")
        _note_removed(connection, remove)
    with watch.step("score"):
        _replace_records(connection)
        _score_changes(connection, model)
    with watch.step("settle"):
        now = datetime.now(tz=UTC).replace(tzinfo=None)
        terms = Terms(Bridge(**model.bridge), model.clean_sources, default_rules(), now, "update")
        _settle(connection, terms)
    _write_changes(connection, folder)
    counts = {**former["counts"]}
    counts["golden_records"] = _count(connection, "(SELECT DISTINCT golden_id FROM membership)")
    run = describe(connection, model, sources=sources, counts=counts)
    run["readings"] = former.get("readings", [])
    run["inputs"] = former["inputs"] + [entry | {"update": True} for entry in run["inputs"]]
    run["changes"] = {
        "changed": _count(connection, "new_records"),
        "removed": _count(connection, "gone"),
        "golden_records": _count(connection, f"read_parquet('{folder / 'changes.parquet'}')"),
    }
    for table in ("new_records", "new_claims", "gone"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    run["created_at"] = now.isoformat(timespec="seconds") + "Z"
    return run


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _load(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], *, folder: Path) -> list[LoadedSource]:
    """Load the new rows; quarantined ones join those of before."""
    if not files:
        return []
    connection.execute("ALTER TABLE quarantine RENAME TO quarantine_before")
    tables = read_files(connection, files)
    mapping = map_files(connection, tables, mapping_file=folder / "mapping.yml")
    sources = load_sources(connection, mapping, tables)
    connection.execute("INSERT INTO quarantine FROM quarantine_before")
    connection.execute("DROP TABLE quarantine_before")
    return sources


def _note_removed(connection: duckdb.DuckDBPyConnection, remove: Path | None) -> None:
    """Create table `gone`: records to remove, named in a file or marked deleted by their source."""
    connection.execute("CREATE OR REPLACE TABLE gone (record_id VARCHAR)")
    connection.execute("INSERT INTO gone SELECT record_id FROM new_records WHERE coalesce(is_deleted, false)")
    if remove is None:
        return
    try:
        connection.execute(
            f"INSERT INTO gone SELECT source || ':{DEFAULT_OBJECT}:' || source_id"
            " FROM read_csv(?, header = true, all_varchar = true)",
            [str(remove)],
        )
    except duckdb.Error as error:
        raise InputError(f"{remove} cannot be read; give --remove a CSV with columns source and source_id") from error


def _replace_records(connection: duckdb.DuckDBPyConnection) -> None:
    """Put new records in the place of those of the same id, and take the removed ones out."""
    connection.execute("DELETE FROM new_records WHERE record_id IN (SELECT record_id FROM gone)")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE stale AS SELECT record_id FROM new_records UNION SELECT record_id FROM gone"
    )
    stale = "(SELECT record_id FROM stale)"
    connection.execute(f"DELETE FROM links WHERE record_id_l IN {stale} OR record_id_r IN {stale}")
    for table in ("party_records", "claims", *_match_tables(connection)):
        connection.execute(f"DELETE FROM {table} WHERE record_id IN {stale}")
    connection.execute("INSERT INTO party_records BY NAME SELECT * FROM new_records")
    connection.execute(
        "INSERT INTO claims BY NAME SELECT * FROM new_claims WHERE record_id IN (SELECT record_id FROM new_records)"
    )


def _match_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    existing = state.tables_of(connection)
    return [name for t in PartyType if (name := f"match_{t.value}") in existing]


def _score_changes(connection: duckdb.DuckDBPyConnection, model: ResolutionModel) -> None:
    """Meet every new record with all records by the model's blocking rules and score the pairs."""
    for party_type in PartyType:
        party = model.parties.get(party_type.value)
        if party is None or not party.comparisons:
            continue
        new, everyone = f"new_{party_type.value}", f"match_{party_type.value}"
        matching_run.match_input(connection, party_type, party, records="new_records", target=new)
        connection.execute(f"INSERT INTO {everyone} BY NAME SELECT * FROM {new}")
        if party.blocking_rules:
            matching_run.block_new(connection, new=new, everyone=everyone, model=party, target="new_pairs")
            if _count(connection, "new_pairs"):
                scoring.add_links(connection, everyone, pairs="new_pairs", party_type=party_type, model=party)
            connection.execute("DROP TABLE new_pairs")
        connection.execute(f"DROP TABLE {new}")
    matching_run.apply_decisions(connection)


def _settle(connection: duckdb.DuckDBPyConnection, terms: Terms) -> None:
    settle_changed(connection, terms, changed="new_records", removed="gone")


def _write_changes(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write changes.parquet: the golden records that the update touched, with their members now."""
    connection.execute(
        "COPY (SELECT g.golden_id, list(m.record_id ORDER BY m.record_id) FILTER (m.record_id IS NOT NULL) AS records"
        " FROM golden_changed g LEFT JOIN membership m USING (golden_id) GROUP BY g.golden_id ORDER BY g.golden_id)"
        f" TO '{folder / 'changes.parquet'}' (FORMAT parquet)"
    )
