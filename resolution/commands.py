"""The commands of identity resolution: resolve, mapping, explain, evaluate, export.

What a command needs is imported when it is called: the engine takes seconds to load, and help is to be
there at once.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from resolution.domain.errors import InputError

if TYPE_CHECKING:
    from resolution.domain.attributes import Mapping as ColumnMeanings
    from resolution.run import RunSummary

app = typer.Typer()
RunOption = Annotated[Path, typer.Option("--run", help="Folder of a finished run.")]
ExportOption = Annotated[
    bool | None,
    typer.Option("--export/--no-export", help="With --update: write all files anew (default: if small)."),
]
PrecisionOption = Annotated[
    float | None,
    typer.Option(
        "--precision", help="Precision to aim for, such as 0.99; what to expect is said at the end."
    ),
]
SemanticOption = Annotated[
    bool, typer.Option("--semantic", help="Compare names of undecided organisations by meaning.")
]


@app.command("resolve")
def resolve_command(  # noqa: PLR0913 - one parameter for each option of the command line
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="CSV, JSONL (also .gz) or Parquet files; each a source, or with a source column."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the result; a run there is replaced.")
    ] = Path("concord-run"),
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="What the columns mean; inferred without it.")
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", help="CSV: record a, record b, match or no_match. Binds, and trains."),
    ] = None,
    precision: PrecisionOption = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Survivorship rules (YAML).")] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="model.json of an earlier run: score with it, learn nothing."),
    ] = None,
    update: Annotated[
        Path | None, typer.Option("--update", help="Folder of a run to bring up to date with the files.")
    ] = None,
    remove: Annotated[
        Path | None, typer.Option("--remove", help="With --update: CSV of source, source_id to remove.")
    ] = None,
    export: ExportOption = None,
    semantic: SemanticOption = False,
) -> None:
    """Find which records are the same person or organisation, and write one golden record for each."""
    from resolution.run import Options, resolve
    from resolution.update import UpdateOptions, update_run

    console = Console()
    if update is None:
        _refuse({"--remove": remove, "--export": export}, "goes with --update only")
        options = Options(mapping, decisions, precision, rules, model, semantic, console.is_terminal)
        summary = resolve(files or [], out=out, options=options)
        if mapping is None and summary.mapping is not None:
            _print_mapping(console, summary.mapping)
    else:
        fixed = {"--mapping": mapping, "--precision": precision, "--rules": rules, "--model": model}
        _refuse(fixed, "cannot go with --update, which goes by what the run was made with")
        changes = UpdateOptions(remove, decisions, export, console.is_terminal)
        summary = update_run(update, files or [], options=changes)
    _print_summary(console, summary)


def _refuse(given: Mapping[str, object], reason: str) -> None:
    named = [option for option, value in given.items() if value is not None]
    if named:
        raise InputError(f"{' and '.join(named)} {reason}")


def _print_summary(console: Console, summary: "RunSummary") -> None:
    run = summary.run
    table = Table(title="Resolved", title_justify="left", show_header=False)
    counts = run["counts"]
    for label, key in (
        ("records", "records"),
        ("golden records", "golden_records"),
        ("links", "links"),
        ("pairs for review", "review"),
        ("rows in quarantine", "quarantine"),
    ):
        if key in counts:
            table.add_row(label, f"{counts[key]:,}")
    for label, number in _notes(run):
        table.add_row(label, f"{number:,}")
    for name, told in (run.get("expected_by_type") or {}).items():
        for measure in ("precision", "recall"):
            shown = (
                "cannot be told"
                if not told
                else "{value:.3f} ({low:.2f} to {high:.2f})".format(**told[measure])
            )
            table.add_row(f"expected {measure}, {name}s", shown)
    table.add_row("seconds", f"{sum(s['seconds'] for s in run['steps']):.1f}")
    console.print(table)
    for name, threshold in run["thresholds"].items():
        console.print(f"{name}: {threshold['status']}", soft_wrap=True, highlight=False)
        for warning in _unpromised(run, name):
            console.print(f"{name}: {warning}", soft_wrap=True, highlight=False)
    report = summary.folder / "report.html"
    if report.exists():
        console.print(f"The report: [bold]{escape(str(report))}[/bold]", soft_wrap=True)
    else:
        console.print(
            f"Write all files: [bold]concord export {escape(str(summary.folder))}[/bold]", soft_wrap=True
        )


def _unpromised(run: Mapping[str, Any], party_type: str) -> Iterator[str]:
    """Yield that the precision asked for cannot be promised of a party type, where it cannot."""
    asked, told = run.get("asked_precision"), (run.get("expected_by_type") or {}).get(party_type)
    if asked and told is None:
        yield f"asked for a precision of {asked:g}; whether it is reached cannot be told"
    elif asked and told and told["precision"]["value"] < asked:
        yield f"asked for a precision of {asked:g}, expect {told['precision']['value']:.3f}"


def _notes(run: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what an update changed, what of long lists was left out, and decisions without effect."""
    changes = run.get("changes") or {}
    for key in ("new", "changed", "removed"):
        if key in changes:
            yield f"records {key}", changes[key]
    if changes:
        yield "golden records touched", changes["golden_records"]
    if changes.get("removed_but_unknown"):
        yield "to be removed, but unknown", changes["removed_but_unknown"]
    cut = sum(entry.get("cut", 0) for entry in run["inputs"])
    if cut:
        yield "rows with lists of objects cut off", cut
    lacking = sum(len(entry.get("absent", ())) for entry in run["inputs"])
    if lacking:
        yield "columns that no row of an update has", lacking
    absent = (run.get("decisions") or {}).get("about_absent_records")
    if absent:
        yield "decisions about absent records", absent


@app.command("mapping")
def mapping_command(
    files: Annotated[list[Path], typer.Argument(help="CSV, JSONL or Parquet files.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it to this file instead of printing it.")
    ] = None,
) -> None:
    """Print what the columns of files seem to mean, with how sure that is; correct it and give it back."""
    import duckdb

    from resolution.files.completion import map_files
    from resolution.files.mapping_file import format_mapping
    from resolution.files.reading import read_files

    with duckdb.connect() as connection:
        mapping = map_files(connection, read_files(connection, files))
    console = Console()
    if out is None:
        _print_mapping(console, mapping)
        return
    out.write_text(format_mapping(mapping), encoding="utf-8")
    console.print(f"The mapping: [bold]{escape(str(out))}[/bold]", soft_wrap=True)


def _print_mapping(console: Console, mapping: "ColumnMeanings") -> None:
    for source in mapping.sources:
        kind = source.party_type.value if source.party_type else "by row"
        title = escape(f"{source.file}: {source.source}, {kind}")
        if all(c.column == f"column_{place}" for place, c in enumerate(source.columns, start=1)):
            title += "; no header row: columns are named by place, give --mapping for what is not seen"
        table = Table("column", "means", "sure", "because", title=title, title_justify="left")
        for column in source.columns:
            group = str(column.group) if column.group > 1 else None
            means = " ".join(filter(None, (column.attribute.value, column.kind, column.country, group)))
            table.add_row(escape(column.column), means, f"{column.confidence:.2f}", escape(column.reason))
        console.print(table)


@app.command("explain")
def explain_command(
    record_a: Annotated[str, typer.Argument(help="A record: source:source_id, or the id alone.")],
    record_b: Annotated[str | None, typer.Argument(help="Another record, to ask about the pair.")] = None,
    run: RunOption = Path("concord-run"),
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Where to draw the waterfall (SVG or PNG).")
    ] = None,
) -> None:
    """Say why two records are or are not one party, or what holds one record where it is."""
    from resolution.explain import explain_pair, open_run
    from resolution.explain_chart import chart_name, draw_waterfall
    from resolution.explain_record import explain_record
    from resolution.explain_table import print_pair, print_record
    from resolution.pair_score import pair_scorer

    console = Console()
    with open_run(run) as (connection, model):
        if record_b is None:
            print_record(console, explain_record(connection, record=record_a))
            return
        scorer = pair_scorer(connection, model)
        explanation = explain_pair(connection, model, pair=(record_a, record_b), score_pair=scorer)
        print_pair(console, explanation)
        if explanation.score is not None:
            target = chart or run / chart_name(explanation)
            draw_waterfall(explanation, target)
            console.print(f"The waterfall: [bold]{escape(str(target))}[/bold]", soft_wrap=True)


@app.command("evaluate")
def evaluate_command(
    truth: Annotated[
        Path, typer.Option("--truth", help="CSV: source, source_id, entity_id [, record_type].")
    ],
    run: RunOption = Path("concord-run"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure a run against truth: pair and B-cubed precision, recall, F1, and calibration."""
    from resolution.evaluation import evaluate_run
    from resolution.evaluation_table import print_evaluation

    evaluation = evaluate_run(run, truth)
    if as_json:
        typer.echo(json.dumps(evaluation.to_json(), indent=1))
    else:
        print_evaluation(Console(), evaluation)


@app.command("export")
def export_command(run: Annotated[Path, typer.Argument(help="Folder of a run.")]) -> None:
    """Write all files of a run anew from its database, after updates."""
    from resolution.update import export_run

    _print_summary(Console(), export_run(run))
