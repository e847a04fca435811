"""`report.html`: one self-contained page about a run, readable with no network and without JavaScript.

Everything on it is an aggregate or a bounded sample made in DuckDB, so its size does not grow with the
data. Source text reaches the page through autoescape only, and a content security policy in the page
forbids every request and every script but the page's own.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from resolution.domain import attributes
from resolution.report import disagreements, models, overview, samples, texts, weights

HERE = Path(__file__).parent


def write_report(
    state: duckdb.DuckDBPyConnection | Path,
    *,
    run: Mapping[str, Any],
    model: Mapping[str, Any],
    mapping: attributes.Mapping | None,
    path: Path,
) -> None:
    """Write the report of a run to `path`.

    `state` is the run's database, or where it lies (opened for reading only); `run` and `model` are what
    run.json and model.json hold. The file appears whole or not at all.
    """
    if isinstance(state, Path):
        with duckdb.connect(str(state), read_only=True) as connection:
            page = render(connection, run=run, model=model, mapping=mapping)
    else:
        page = render(state, run=run, model=model, mapping=mapping)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(page, encoding="utf-8", newline="\n")
    draft.replace(path)


def render(
    connection: duckdb.DuckDBPyConnection,
    *,
    run: Mapping[str, Any],
    model: Mapping[str, Any],
    mapping: attributes.Mapping | None,
) -> str:
    """Return the page as HTML."""
    found = overview.parties(connection)
    expected = run.get("expected_by_type") or {}
    models_by_type = {
        party.name: models.model_view(
            connection, party.name, model["parties"][party.name], expected=expected.get(party.name)
        )
        for party in found
        if party.name in model["parties"]
    }
    steps = [(texts.words(s["step"]), float(s["seconds"]), s.get("peak_mb")) for s in run.get("steps", [])]
    return str(
        environment()
        .get_template("page.html")
        .render(
            run=run,
            made=_made(run),
            model=model,
            style=_inline("page.css"),
            script=_inline("page.js"),
            parties=found,
            models=models_by_type,
            histograms=_histograms(connection, models_by_type),
            mapped=overview.mapped_sources(mapping),
            shared=_shared_values(model),
            samples=samples.sample_clusters(connection),
            conflicts=disagreements.widest_conflicts(connection),
            conflicts_by_attribute=overview.bars(disagreements.conflicts_by_attribute(connection)),
            reviews=disagreements.review_pairs(connection, model),
            quarantine=overview.quarantine(connection),
            steps=steps,
            slowest=max((seconds for _, seconds, _ in steps), default=0.0) or 1.0,
        )
    )


def environment() -> Environment:
    """Return the template environment: autoescape on, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "counted": texts.counted,
        "percent": texts.percent,
        "seconds": texts.seconds,
        "shown": texts.shown,
        "words": texts.words,
        "number": lambda number: f"{number:,.0f}",
        "signed": lambda weight: f"{weight:+.1f}".replace("-", "\u2212"),
        "quality": lambda share: f"{share:.1%}",
        "place": lambda share: f"{100 * share:.2f}%",
    }
    return made


def _inline(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _made(run: Mapping[str, Any]) -> str:
    try:
        return f"{datetime.fromisoformat(str(run.get('created_at'))):%d %B %Y, %H:%M}"
    except ValueError:
        return texts.shown(run.get("created_at"))


def _histograms(
    connection: duckdb.DuckDBPyConnection, found: Mapping[str, models.ModelView]
) -> dict[str, weights.Histogram]:
    drawn = {
        kind: weights.histogram(connection, kind, review=view.review_threshold, match=view.match_threshold)
        for kind, view in found.items()
    }
    return {kind: histogram for kind, histogram in drawn.items() if histogram}


def _shared_values(model: Mapping[str, Any], *, limit: int = 12) -> list[tuple[str, int, list[str]]]:
    return [
        (texts.words(kind), len(values), [texts.shown(value, limit=40) for value in list(values)[:limit]])
        for kind, values in (model.get("shared_values") or {}).items()
        if values
    ]
