"""The waterfall of a match weight: from what is likely before looking, comparison by comparison."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from resolution.explain import MISSING, PairExplanation, Score, stated, weight_of
from resolution.explain_words import probability_text, verdict

INK, SOFT, LINE, PAPER = "#1d2126", "#59616b", "#e4e1da", "#fdfcfa"
FOR, AGAINST, REVIEW = "#1f6f8b", "#b23a2e", "#b86e00"
ROW_INCHES, LINE_INCHES, WIDTH_INCHES = 0.46, 0.2, 11.0
LINE_CHARACTERS = 135  # of the verdict, as wide as the figure
NAME_CHARACTERS = 120
PRIOR = "Before looking"
LEAST_RARITY = 0.005  # bits; less is not drawn
VALUE = 34  # characters of a value beside its bar
PROBABILITIES = (1e-9, 1e-6, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1 - 1e-6, 1 - 1e-9)
_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "svg.fonttype": "none",  # text stays text: sharp, small, can be searched
    "svg.hashsalt": "concord",  # the same chart has the same bytes
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
}


@dataclass(frozen=True, slots=True)
class _Bar:
    start: float
    weight: float
    label: str
    outcome: str
    values: str = ""
    rarity: float = 0.0


def chart_name(explanation: PairExplanation, *, ending: str = "svg") -> str:
    """Return a file name for the waterfall of a pair, safe on every file system."""
    ids = f"{explanation.left.record_id}-{explanation.right.record_id}".replace(":party:", "-")
    safe = "".join(c if c.isascii() and c.isalnum() else "-" for c in ids)[:NAME_CHARACTERS]
    return f"explain-{safe}.{ending}"


def draw_waterfall(explanation: PairExplanation, path: Path) -> None:
    """Draw the score of a pair to `path`, as SVG or PNG by its ending.

    Raises:
        ValueError: The pair has no score to draw.
    """
    score = explanation.score
    if score is None:
        raise ValueError("a pair that was never scored has no waterfall")
    with style.context(_STYLE), warnings.catch_warnings():
        # A glyph that the font lacks is left to the viewer's fonts in SVG, and is a box in PNG.
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)
        figure = _figure(explanation, score)
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        figure.savefig(path, metadata=metadata, dpi=150, facecolor=PAPER)


def _bars(score: Score) -> list[_Bar]:
    bars = [_Bar(0.0, score.prior, PRIOR, "how likely any two records are one party")]
    if score.is_decision_alone:
        bars.clear()
    total = score.prior
    for part in score.parts:
        if part.level == MISSING:
            continue
        values = f"{_cut(part.value_l)}  |  {_cut(part.value_r)}"
        if part.value_l == part.value_r:
            values = stated(part.value_l)
        bars.append(_Bar(total, part.weight, part.label, part.level_label, values, part.rarity))
        total += part.weight
    return bars


def _cut(value: str) -> str:
    return stated(value, limit=VALUE) or "-"


def _figure(explanation: PairExplanation, score: Score) -> Figure:
    bars = _bars(score)
    notes = _notes(score)
    lines = wrap(stated(verdict(explanation), limit=400), LINE_CHARACTERS)
    head = 1.38 + LINE_INCHES * (len(lines) - 1)
    height = ROW_INCHES * (len(bars) + 1.4) + 0.62 + head + (0.25 if notes else 0)
    figure = Figure(figsize=(WIDTH_INCHES, height), facecolor=PAPER)
    FigureCanvasAgg(figure)
    bottom, top = (0.62 + (0.25 if notes else 0)) / height, head / height
    axes = figure.add_axes((0.47, bottom, 0.49, 1 - bottom - top))
    rows = len(bars)
    _scale(axes, bars, score, explanation)
    _draw_thresholds(axes, explanation, rows)
    for row, bar in enumerate(bars):
        _draw_bar(axes, bar, row)
    _draw_total(axes, score, rows)
    _write_heads(figure, explanation, lines, height=height)
    figure.text(0.02, 0.14 / height, "     ".join(notes), color=SOFT, fontsize=8.5)
    return figure


def _notes(score: Score) -> list[str]:
    notes = []
    if any(abs(part.rarity) >= LEAST_RARITY for part in score.parts):
        notes.append("Hatched: what the rarity of the value adds, or its frequency takes back.")
    if score.pair_weight != score.match_weight:
        alone = probability_text(score.pair_probability)
        notes.append(f"The thresholds are for the two records alone: probability {alone}.")
    missing = [part.label for part in score.parts if part.level == MISSING]
    if missing:
        notes.append(f"Could not be compared: {', '.join(missing)}.")
    return notes


def _draw_thresholds(axes: Axes, explanation: PairExplanation, rows: int) -> None:
    review, match = weight_of(explanation.review_threshold), weight_of(explanation.match_threshold)
    axes.axvspan(review, match, color=REVIEW, alpha=0.12, linewidth=0, zorder=0)
    axes.axvline(match, color=FOR, linewidth=1.2, zorder=1)
    axes.axvline(review, color=REVIEW, linewidth=1.0, zorder=1)
    axes.axvline(0, color=LINE, linewidth=1.0, zorder=0)
    axes.text(
        match, rows + 1.0, f" match from {explanation.match_threshold:.3g}",
        color=FOR, fontsize=8, ha="left", va="bottom",
    )  # fmt: skip
    axes.text(
        review, rows + 1.0, f"review from {explanation.review_threshold:.3g} ",
        color=REVIEW, fontsize=8, ha="right", va="bottom",
    )  # fmt: skip


def _draw_bar(axes: Axes, bar: _Bar, row: int) -> None:
    colour = SOFT if bar.label == PRIOR else FOR if bar.weight >= 0 else AGAINST
    base = bar.weight - bar.rarity
    axes.barh(row, base, left=bar.start, height=0.52, color=colour, zorder=3)
    if abs(bar.rarity) >= LEAST_RARITY:  # what the rarity of the value adds or takes back, hatched
        axes.barh(
            row, bar.rarity, left=bar.start + base, height=0.52, zorder=4,
            facecolor=PAPER, edgecolor=colour, hatch="////", linewidth=0.8,
        )  # fmt: skip
    end = bar.start + bar.weight
    axes.plot([end, end], [row + 0.26, row + 0.74], color=SOFT, linewidth=0.7, zorder=2)
    edge = max(bar.start, end, bar.start + base) if bar.weight >= 0 else min(bar.start, end, bar.start + base)
    axes.annotate(
        f"{bar.weight:+.1f}".replace("-", "\u2212"), (edge, row), xytext=(4 if bar.weight >= 0 else -4, 0),
        textcoords="offset points", va="center", ha="left" if bar.weight >= 0 else "right",
        fontsize=9, color=INK, zorder=5,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.8},
    )  # fmt: skip
    _write_row(axes, row, bar.label, outcome=bar.outcome, values=bar.values)


def _write_row(axes: Axes, row: float, label: str, *, outcome: str, values: str) -> None:
    left: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "va": "center"}
    has_values = bool(values)
    above = row - 0.18 * has_values
    axes.text(-0.918, above, label, fontsize=9.5, color=INK, weight="bold", ha="left", **left)
    axes.text(-0.03, above, outcome, fontsize=9, color=SOFT, ha="right", **left)
    if has_values:
        axes.text(-0.918, row + 0.22, values, fontsize=8, color=SOFT, ha="left", **left)


def _draw_total(axes: Axes, score: Score, rows: int) -> None:
    colour = FOR if score.band == "match" else REVIEW if score.band == "review" else AGAINST
    axes.plot(score.match_weight, rows, marker="D", markersize=8, color=colour, zorder=5)
    said = f"{score.match_weight:+.1f} bits, probability {probability_text(score.probability)}"
    is_right = score.match_weight > sum(axes.get_xlim()) / 2
    axes.annotate(
        said.replace("-", "\u2212"), (score.match_weight, rows), xytext=(-9 if is_right else 9, 0),
        textcoords="offset points", va="center", ha="right" if is_right else "left",
        fontsize=9.5, color=INK, weight="bold", zorder=6,
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip
    _write_row(axes, rows, "Match weight", outcome="the sum", values="")


def _scale(axes: Axes, bars: list[_Bar], score: Score, explanation: PairExplanation) -> None:
    reached = [0.0, score.match_weight, weight_of(explanation.match_threshold)]
    reached += [bar.start + bar.weight for bar in bars]
    low, high = min(*reached, weight_of(explanation.review_threshold)), max(reached)
    room = max(0.09 * (high - low), 1.5)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(len(bars) + 1.05, -0.6)
    axes.set_yticks([])
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=SOFT, labelsize=8.5, length=3)
    axes.set_xlabel("match weight, in bits (log2 odds)", fontsize=8.5, color=SOFT)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(SOFT)
    upper = axes.secondary_xaxis("top")
    shown = [p for p in PROBABILITIES if low - room < weight_of(p) < high + room]
    upper.set_xticks([weight_of(p) for p in shown], labels=[f"{p:.9g}".replace("0.", ".") for p in shown])
    upper.tick_params(colors=SOFT, labelsize=8, length=3)
    upper.set_xlabel("probability", fontsize=8, color=SOFT)
    upper.spines["top"].set_visible(False)


def _write_heads(figure: Figure, explanation: PairExplanation, lines: list[str], *, height: float) -> None:
    left, right = explanation.left, explanation.right
    names = f"{stated(left.name, limit=44)}   |   {stated(right.name, limit=44)}"
    figure.text(0.02, 1 - 0.34 / height, names, fontsize=13, color=INK, weight="bold")
    for number, line in enumerate(lines):
        figure.text(0.02, 1 - (0.60 + LINE_INCHES * number) / height, line, fontsize=9.5, color=INK)
    ids = f"{stated(left.record_id, limit=70)}  |  {stated(right.record_id, limit=70)}"
    below = 0.82 + LINE_INCHES * (len(lines) - 1)
    figure.text(0.02, 1 - below / height, ids, fontsize=8, color=SOFT)
