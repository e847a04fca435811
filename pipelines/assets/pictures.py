"""Pictures for asset pages: drawn here, kept inside the metadata, so that a page asks no network for them.

Each is Markdown with the picture as a data URI and its meaning in words, for readers who see no pictures.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log2
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (6.4, 2.8)  # inches; about 640 by 280 pixels, which an asset page shows unscaled
DOTS_PER_INCH = 100
INK, GONE, REVIEW, PALE = "#3b6ea5", "#b5473c", "#c98a1b", "#b9c3cf"
BANDS = {"match": INK, "review": REVIEW, "no_match": PALE}  # in the order in which bars are stacked
LEVEL_HEIGHT = 0.155  # inches of one level: 50 levels and the frame of a page fit on a screen of 1,000 pixels
LEAST_PROBABILITY = 1e-5  # smaller ones are drawn here
SHOWN_LOADS = 30
LABELLED_BARS = 15  # past it, numbers over the bars run into each other


@dataclass(frozen=True, slots=True)
class LoadVolume:
    """What one load moved."""

    started_at: datetime
    upserted: int
    deleted: int
    quarantined: int


def match_weight_histogram(
    counts: Sequence[tuple[int, str, int]], *, thresholds: Mapping[str, float]
) -> dg.MarkdownMetadataValue:
    """Draw pairs by match weight (log2 odds, whole numbers) and band; thresholds are match probabilities."""
    figure, axes = _figure("match weight (log2 odds)", "pairs")
    below: dict[int, int] = {}
    for band, colour in BANDS.items():
        bars = {weight: pairs for weight, found, pairs in counts if found == band}
        feet = [below.get(weight, 0) for weight in bars]
        axes.bar(list(bars), list(bars.values()), bottom=feet, width=0.9, color=colour, label=band)
        below |= {weight: below.get(weight, 0) + pairs for weight, pairs in bars.items()}
    weights = {name: log2(p / (1 - p)) for name, p in thresholds.items() if 0 < p < 1}
    for name, weight in _named_together(weights):
        axes.axvline(weight, color=GONE, linewidth=1, linestyle="--" if "review" in name else "-", label=name)
    axes.legend(fontsize=7, frameon=False)
    lines = ", ".join(f"{name} {thresholds[name]:g} ({weight:.1f})" for name, weight in weights.items())
    total = sum(pairs for *_, pairs in counts)
    return _picture(figure, f"{total:,} pairs by match weight; thresholds: {lines}")


def _named_together(weights: Mapping[str, float]) -> list[tuple[str, float]]:
    """Return one line for each weight, with the names of all that stand there."""
    names: dict[float, list[str]] = {}
    for name, weight in weights.items():
        names.setdefault(round(weight, 2), []).append(name)
    return [(", ".join(found), weight) for weight, found in names.items()]


def m_and_u_chart(levels: Sequence[tuple[str, float, float]], *, party_type: str) -> dg.MarkdownMetadataValue:
    """Draw each level's chance among matches (m) and among others (u), as (label, m, u).

    Both on a logarithmic axis: the way from u to m is the weight of the level.
    """
    figure, axes = _figure("probability", "", height=max(SIZE[1], LEVEL_HEIGHT * len(levels) + 0.9))
    places = list(range(len(levels)))
    drawn = [(max(m, LEAST_PROBABILITY), max(u, LEAST_PROBABILITY)) for _, m, u in levels]
    ends = [(min(pair), max(pair)) for pair in drawn]
    axes.hlines(
        places, [low for low, _ in ends], [high for _, high in ends], color=PALE, linewidth=2, zorder=1
    )
    axes.scatter([m for m, _ in drawn], places, s=14, color=INK, label="m, among matches", zorder=2)
    axes.scatter([u for _, u in drawn], places, s=14, color=REVIEW, label="u, among others", zorder=2)
    axes.set_xscale("log")
    axes.set_yticks(places, [label for label, *_ in levels], fontsize=7)
    axes.set_ylim(len(levels) - 0.4, -0.6)
    axes.grid(axis="x", color=PALE, linewidth=0.4)
    figure.legend(fontsize=7, frameon=False, loc="outside upper right", ncols=2)
    return _picture(figure, f"m and u probabilities of the {party_type} model, {len(levels)} levels")


def cluster_sizes(counts: Sequence[tuple[int, int]]) -> dg.MarkdownMetadataValue:
    """Draw golden records by their number of records."""
    figure, axes = _figure("records in a golden record", "golden records")
    bars = axes.bar([size for size, _ in counts], [clusters for _, clusters in counts], color=INK)
    if len(counts) <= LABELLED_BARS:
        axes.bar_label(bars, fmt="{:,.0f}", fontsize=7)
    axes.locator_params(axis="x", integer=True)
    largest = max((size for size, _ in counts), default=0)
    clusters = sum(n for _, n in counts)
    return _picture(figure, f"{clusters:,} golden records by size; the largest holds {largest} records")


def rows_by_object(rows: Mapping[str, int], *, title: str) -> dg.MarkdownMetadataValue:
    """Draw rows by object."""
    figure, axes = _figure("rows", "", height=max(1.6, 0.24 * len(rows) + 0.9))
    bars = axes.barh(list(rows), list(rows.values()), color=INK)
    axes.bar_label(bars, fmt="{:,.0f}", fontsize=7, padding=2)
    axes.tick_params(axis="y", labelsize=7)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    return _picture(figure, f"{title}: {sum(rows.values()):,} rows")


def sync_volume(loads: Sequence[LoadVolume], *, title: str) -> dg.MarkdownMetadataValue:
    """Draw what each of the last loads moved, oldest first, in counts of very different size."""
    shown = sorted(loads, key=lambda load: load.started_at)[-SHOWN_LOADS:]
    figure, axes = _figure("load", "rows moved")
    places = range(len(shown))
    for offset, colour, name in (
        (-0.27, INK, "upserted"),
        (0.0, GONE, "deleted"),
        (0.27, REVIEW, "quarantined"),
    ):
        heights = [getattr(load, name) for load in shown]
        bars = axes.bar([place + offset for place in places], heights, width=0.26, color=colour, label=name)
        if len(shown) <= LABELLED_BARS // 2:
            axes.bar_label(bars, labels=[f"{height:,}" if height else "" for height in heights], fontsize=7)
    _counts_that_span(axes, [load.upserted + load.deleted + load.quarantined for load in shown])
    axes.set_xlim(-0.6, max(len(shown), 4) - 0.4)
    every = max(1, -(-len(shown) // 6))  # six dates fit
    axes.set_xticks(list(places)[::every], [f"{load.started_at:%m-%d %H:%M}" for load in shown][::every])
    figure.legend(fontsize=7, frameon=False, loc="outside upper right", ncols=3)
    moved = sum(load.upserted + load.deleted for load in shown[-1:])
    return _picture(figure, f"{title}: {moved:,} rows by the last of {len(shown)} loads shown")


def _counts_that_span(axes: "Axes", counts: Sequence[int]) -> None:
    """Show counts of very different size on one axis, in plain numbers."""
    axes.set_yscale("symlog", linthresh=10)
    axes.set_ylim(0, max([*counts, 1]) * 3)
    axes.yaxis.set_major_formatter("{x:,.0f}")


def _figure(across: str, up: str, *, height: float = SIZE[1]) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure  # takes most of a second to import, and needs no window system

    figure = Figure(figsize=(SIZE[0], height), dpi=DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(across, fontsize=8)
    axes.set_ylabel(up, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _picture(figure: "Figure", words: str) -> dg.MarkdownMetadataValue:
    target = io.BytesIO()
    figure.savefig(target, format="png")
    encoded = base64.b64encode(target.getvalue()).decode()
    return dg.MetadataValue.md(f"{words}\n\n![{words}](data:image/png;base64,{encoded})")
