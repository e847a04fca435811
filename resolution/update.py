"""`concord resolve --update`: a finished run brought up to date with new, changed and removed records.

The saved model scores, nothing is learned anew, and only the components that a change touches are settled,
so the clusters are those of a full run over all records with that model (DESIGN.md, law 3), at a cost in
proportion to the change. The run is updated in a copy, which then takes its place in one step.
"""

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import orjson

from resolution import exports, state
from resolution.changes import apply_changes
from resolution.copying import copied_beside
from resolution.decisions import Decision, read_decisions
from resolution.domain.errors import InputError, OutdatedModel
from resolution.files.loading import LoadedSource, load_sources
from resolution.files.mapping_file import write_mapping
from resolution.files.quarantine import create_quarantine
from resolution.files.reading import read_files
from resolution.matching.model import ResolutionModel, from_json
from resolution.report.page import write_report
from resolution.run import RunSummary, describe, describe_inputs, terms_of, write_json
from resolution.run_folder import RULES, STATE, current_run, new_run
from resolution.standardise.standardise import standardise
from resolution.stopwatch import Stopwatch
from resolution.survivorship_rules import SurvivorshipRules, default_rules, read_rules
from resolution.update_asks import add_decisions, note_removed
from resolution.update_mapping import absent_columns, map_update

EXPORT_UP_TO = 200_000  # records; the files of larger runs are written when asked for
COPIED = ("model.json", "mapping.yml", RULES)  # beside the state
STEPS = 6

# Golden records that an update touched, with their members now. One without members is gone; where its
# party goes on, `redirected_to` is the golden record that stands for it.
_CHANGES = """
select g.golden_id, any_value(r.golden_id_to) as redirected_to,
    coalesce(list(m.record_id order by m.record_id) filter (m.record_id is not null), []) as records
from golden_changed g
left join membership m using (golden_id)
left join redirects r on r.golden_id_from = g.golden_id and r.valid_to is null
group by g.golden_id order by g.golden_id
"""


@dataclass(frozen=True, slots=True)
class UpdateOptions:
    """What a user may say beside the files; `export` None means: where it is quick."""

    remove: Path | None = None
    decisions: Path | None = None
    export: bool | None = None
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The run before the update."""

    folder: Path
    model_json: dict[str, Any]
    run: dict[str, Any]

    @property
    def rules(self) -> SurvivorshipRules:
        path = self.folder / RULES
        return read_rules(path) if path.is_file() else default_rules()


def _read_earlier(found: Path) -> _Earlier:
    documents = [orjson.loads((found / name).read_bytes()) for name in ("model.json", "run.json")]
    return _Earlier(found, *documents)


def update_run(folder: Path, files: Sequence[Path], *, options: UpdateOptions | None = None) -> RunSummary:
    """Bring the run in `folder` up to date; rows of `files` are new or replace those of the same id.

    Raises:
        RunNotFound: There is no complete run.
        OutdatedModel: The run was made by another version, of Concord or of DuckDB.
        InputError: A file or the decisions cannot be used, or there is nothing to do; nothing changes.
    """
    given = options or UpdateOptions()
    if not (files or given.remove or given.decisions):
        raise InputError("nothing to update with; name files of new or changed records, or give --remove")
    current_run(folder)
    decided = read_decisions(given.decisions) if given.decisions else []
    watch = Stopwatch(total=STEPS)
    with watch.running(is_shown=given.is_shown), new_run(folder) as draft:
        run = _update_into(draft, folder, files, given=given, decided=decided, watch=watch)
        run["steps"] = watch.steps
        write_json(draft / "run.json", run)
    return RunSummary(folder, run)


def _update_into(
    draft: Path,
    folder: Path,
    files: Sequence[Path],
    *,
    given: UpdateOptions,
    decided: Sequence[Decision],
    watch: Stopwatch,
) -> dict[str, Any]:
    """Make the next run of `folder` in `draft`; its database is copied while the files are read."""
    earlier = current_run(folder)
    _copy(earlier, draft)
    with (
        copied_beside(earlier / STATE, draft / STATE) as wait_for_copy,
        state.open_memory(draft / STATE) as connection,
    ):
        before = _read_earlier(earlier)
        update = _Update(connection, draft, before, _model_of(before, folder), watch)
        read = update.read(files)
        with watch.step("copy"):
            wait_for_copy()
        with state.attached(connection, draft / STATE, is_update=True):
            run = update.make(read, given.remove, decided)
            if given.export or (given.export is None and run["counts"]["records"] <= EXPORT_UP_TO):
                _export(connection, draft, run=run, model_json=before.model_json, watch=watch)
    return run


def _model_of(before: _Earlier, folder: Path) -> ResolutionModel:
    """Return the model of a run whose match input new records can meet: its keys are DuckDB's hashes."""
    made_with, now = before.run["versions"]["duckdb"], version("duckdb")
    if made_with != now:
        raise OutdatedModel(
            f"{folder} was made by an earlier version, with DuckDB {made_with} in the place of {now};"
            f" make it anew with `concord resolve FILE… --out {folder}`"
        )
    return from_json(before.model_json, named=str(folder))


def export_run(folder: Path) -> RunSummary:
    """Write all files of a run anew from its database.

    Raises:
        RunNotFound: There is no complete run.
    """
    current_run(folder)
    watch = Stopwatch()
    with new_run(folder) as draft:
        before = _read_earlier(current_run(folder))
        _copy(before.folder, draft)
        shutil.copyfile(before.folder / STATE, draft / STATE)
        if (before.folder / "changes.parquet").is_file():
            shutil.copy2(before.folder / "changes.parquet", draft / "changes.parquet")
        run = before.run
        with state.open_work(draft / STATE) as connection:
            _export(connection, draft, run=run, model_json=before.model_json, watch=watch)
        run["steps"] = watch.steps
        write_json(draft / "run.json", run)
    return RunSummary(folder, run)


def _copy(before: Path, draft: Path) -> None:
    for name in COPIED:
        if (before / name).is_file():
            shutil.copy2(before / name, draft / name)


def _export(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    *,
    run: dict[str, Any],
    model_json: dict[str, Any],
    watch: Stopwatch,
) -> None:
    with watch.step("write"):
        run["counts"] |= exports.write_all(connection, folder, model=model_json)
        run["steps"] = watch.steps
        write_report(connection, run=run, model=model_json, mapping=None, path=folder / "report.html")


@dataclass(frozen=True, slots=True)
class _Read:
    """What the files of an update are: entries of run.json, and how dates are read."""

    inputs: list[dict[str, Any]]
    readings: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Update:
    """One update of the copy of a run."""

    connection: duckdb.DuckDBPyConnection
    draft: Path
    before: _Earlier
    model: ResolutionModel
    watch: Stopwatch

    def read(self, files: Sequence[Path]) -> _Read:
        """Read and standardise the files, in memory: into `new_records`, `new_claims` and `quarantine`."""
        with self.watch.step("read"):
            create_quarantine(self.connection)
            sources, absent = self._load(files)
        with self.watch.step("standardise"):
            readings = self._standardise(sources)
            described = describe_inputs(self.connection, sources)
            inputs = [
                entry | {"update": True, "absent": list(columns)}
                for entry, columns in zip(described, absent, strict=True)
            ]
        return _Read(inputs, readings)

    def make(self, read: _Read, remove: Path | None, decided: Sequence[Decision]) -> dict[str, Any]:
        """Update the database with what was read; return the document of run.json, without timings."""
        connection, model = self.connection, self.model
        now = datetime.now(tz=UTC).replace(tzinfo=None)
        with self.watch.step("settle"):
            if not read.inputs:
                _create_nothing_new(connection)
            unknown = note_removed(connection, remove)
            add_decisions(connection, decided)
            terms = terms_of(model, self.before.rules, now=now, cause="update")
            changes = apply_changes(connection, model, terms)
            decisions = state.check_decisions(connection)
        with self.watch.step("describe"):
            _write_changes(connection, self.draft / "changes.parquet")
            run = self._describe(model, inputs=read.inputs)
        run["asked_precision"] = self.before.run.get("asked_precision")
        run["readings"] = read.readings
        run["decisions"] = decisions
        run["changes"] = asdict(changes) | {"removed_but_unknown": unknown}
        run["created_at"] = now.isoformat(timespec="seconds") + "Z"
        return run

    def _load(self, files: Sequence[Path]) -> tuple[list[LoadedSource], list[tuple[str, ...]]]:
        """Return the files as loaded, and for each the columns of its source that it lacks."""
        if not files:
            return [], []
        tables = read_files(self.connection, files)
        known = self.before.folder / "mapping.yml"
        mapping, widened = map_update(self.connection, tables, run_mapping=known)
        if widened is not None:
            write_mapping(widened, self.draft / "mapping.yml")
        absent = absent_columns(mapping, tables, run_mapping=known)
        return load_sources(self.connection, mapping, tables), absent

    def _standardise(self, sources: Sequence[LoadedSource]) -> list[dict[str, Any]]:
        """Create `new_records` and `new_claims`; return how dates are read, those of new sources too."""
        before: list[dict[str, Any]] = self.before.run.get("readings", [])
        if not sources:
            return before
        known = state.readings_from_json(before)
        summary = standardise(
            self.connection, sources, party_records="new_records", claims="new_claims", readings=known
        )
        places = {(reading.source, reading.slot) for reading in known}
        new = [r for r in summary.readings if (r.source, r.slot) not in places]
        return [*before, *state.readings_json(new)]

    def _describe(self, model: ResolutionModel, *, inputs: Sequence[dict[str, Any]]) -> dict[str, Any]:
        connection = self.connection
        connection.execute("INSERT INTO work.quarantine (FROM memory.quarantine EXCEPT FROM work.quarantine)")
        counts = {
            "golden_records": state.count(connection, "(SELECT DISTINCT golden_id FROM membership)"),
            "quarantine": state.count(connection, "quarantine"),
        }
        return describe(
            connection,
            model,
            model_id=self.before.model_json["model_id"],
            inputs=[*self.before.run["inputs"], *inputs],
            counts=counts,
        )


def _create_nothing_new(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("CREATE TABLE memory.new_records AS FROM party_records LIMIT 0")
    connection.execute("CREATE TABLE memory.new_claims AS FROM claims LIMIT 0")


def _write_changes(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write changes.parquet: the golden records that the update touched, with their members now."""
    exports.copy_to(connection, _CHANGES, path, options="FORMAT parquet")
