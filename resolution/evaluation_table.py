"""An evaluation as tables for people at a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from resolution.evaluation import Evaluation
from resolution.evaluation_calibration import CalibrationError, ReliabilityBin
from resolution.evaluation_counts import Estimate, Scores

_BAR_CELLS = 24
_LABEL_CELLS = 12
_MEASURES = (
    ("pairs", "pair_precision", "pair_recall", "pair_f1"),
    ("B-cubed", "b3_precision", "b3_recall", "b3_f1"),
)


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the scores of all records, by entity type, by size, and the calibration."""
    console.print(_scores_table(evaluation))
    console.print(_facts(evaluation))
    if evaluation.by_size:
        console.print(_sizes_table(evaluation))
    if evaluation.calibration is not None:
        _print_calibration(console, evaluation.calibration)


def _estimate(estimate: Estimate | None, *, to: str = "-") -> Text:
    """Return a value and its interval; a blank in `to` lets a narrow column break the interval there."""
    if estimate is None:
        return Text("-", style="dim")
    shown = Text(f"{estimate.value:.4f}", style="bold")
    if estimate.low < estimate.high:
        shown.append(f"  {estimate.low:.3f}{to}{estimate.high:.3f}", style="not bold dim")
    return shown


def _scores_table(evaluation: Evaluation) -> Table:
    table = Table(title=f"Measured against {evaluation.truth}", title_justify="left", pad_edge=False)
    table.add_column("records of", min_width=_LABEL_CELLS)
    table.add_column("measure", style="dim", no_wrap=True)
    for name in ("precision", "recall", "F1"):
        table.add_column(name)
    groups = {"every type": evaluation.overall}
    if len(evaluation.by_type) > 1:
        groups |= evaluation.by_type
    for group, scores in groups.items():
        shown = [m for m in _MEASURES if getattr(scores, m[1]) is not None]
        for row, (measure, *names) in enumerate(shown):
            cells = [_estimate(getattr(scores, name) if _is_told(scores, name) else None) for name in names]
            table.add_row("" if row else group, measure, *cells, end_section=row == len(shown) - 1)
    return table


def _is_told(scores: Scores, measure: str) -> bool:
    """Return whether anything was counted that `measure` is a share of."""
    counted = {
        "pair_precision": scores.predicted_pairs,
        "pair_recall": scores.true_pairs,
        "pair_f1": scores.true_pairs,
        "b3_precision": scores.clusters,
        "b3_recall": scores.entities,
    }
    return bool(counted.get(measure, True))


def _facts(evaluation: Evaluation) -> Text:
    scores = evaluation.overall
    parts = [f"{scores.records:,} labelled records"]
    if scores.entities is not None:
        share = scores.exact_share.value if scores.exact_share else 0.0
        parts.append(f"{scores.entities:,} entities in {scores.clusters:,} clusters")
        parts.append(f"{scores.exact_clusters:,} exact ({share:.1%})")
        parts.append(f"largest cluster {scores.largest_cluster:,}")
    parts.append(f"{scores.true_pairs:,} true pairs, {scores.predicted_pairs:,} predicted")
    shown = Text(" · ".join(parts))
    if evaluation.records_not_found:
        shown.append(
            f"\n{evaluation.records_not_found:,} labelled records are not in the run"
            " (quarantined, or named otherwise); each counts as a cluster of one",
            style="yellow",
        )
    return shown


def _sizes_table(evaluation: Evaluation) -> Table:
    table = Table(title="By size", title_justify="left", pad_edge=False)
    for name in ("size", "clusters", "entities", "exact"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("pair P of clusters", "pair R of entities", "B-cubed P", "B-cubed R"):
        table.add_column(name)
    for band, scores in evaluation.by_size.items():
        table.add_row(band, *_counts(scores), *_size_cells(scores))
    return table


def _counts(scores: Scores) -> list[str]:
    return [f"{scores.clusters:,}", f"{scores.entities:,}", f"{scores.exact_clusters:,}"]


def _size_cells(scores: Scores) -> list[Text]:
    names = ("pair_precision", "pair_recall", "b3_precision", "b3_recall")
    return [_estimate(getattr(scores, name) if _is_told(scores, name) else None, to=" - ") for name in names]


def _print_calibration(console: Console, calibration: CalibrationError) -> None:
    if not calibration.bins:
        console.print("Calibration: no scored pair has a label on both sides.")
        return
    table = Table(title="Do probabilities mean what they say?", title_justify="left", pad_edge=False)
    for name in ("stated", "pairs", "mean stated", "true"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(f"0{'true ━  stated ┃':^{_BAR_CELLS - 2}}1", no_wrap=True)
    for found in calibration.bins:
        table.add_row(
            f"{found.low:.2f}-{found.high:.2f}",
            f"{found.pairs:,}",
            f"{found.mean_probability:.3f}",
            f"{found.true_share:.3f}",
            _bar(found),
        )
    console.print(table)
    if calibration.error is None:
        console.print("Calibration error: no pair has a probability between .05 and .95.")
    else:
        console.print(
            f"Calibration error (ECE) {calibration.error:.4f}"
            f" over {calibration.pairs:,} pairs with a probability between .05 and .95;"
            f" perfect probabilities would show {calibration.by_chance or 0:.4f} by chance"
        )


def _bar(found: ReliabilityBin) -> Text:
    filled = round(found.true_share * _BAR_CELLS)
    mark = min(int(found.mean_probability * _BAR_CELLS), _BAR_CELLS - 1)
    bar = Text("━" * filled, style="cyan").append("─" * (_BAR_CELLS - filled), style="dim")
    return bar[:mark].append("┃", style="bold yellow").append_text(bar[mark + 1 :])
