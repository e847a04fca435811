"""Pictures for asset pages: drawn here, kept inside the metadata, so that a page asks no network for them.

Each is Markdown with the picture as a data URI and its meaning in words, for readers who see no pictures.
"""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE = (6.4, 2.8)  # inches; about 640 by 280 pixels, which an asset page shows unscaled
DOTS_PER_INCH = 100
INK, LINE, REVIEW = "#3b6ea5", "#b5473c", "#c98a1b"
SHOWN_LEVELS = 40  # bars of an m and u chart that still can be read


def match_weight_histogram(
    counts: Sequence[tuple[int, int]], *, thresholds: Mapping[str, float]
) -> dg.MarkdownMetadataValue:
    """Draw pairs by match weight (log2 odds, whole numbers), with the model's thresholds as lines."""
    figure, axes = _figure("match weight (log2 odds)", "pairs")
    axes.bar([weight for weight, _ in counts], [pairs for _, pairs in counts], width=0.9, color=INK)
    axes.set_yscale("symlog")
    for name, weight in thresholds.items():
        axes.axvline(weight, color=REVIEW if "review" in name else LINE, linewidth=1, label=name)
    if thresholds:
        axes.legend(fontsize=7)
    lines = ", ".join(f"{name} {weight:.1f}" for name, weight in thresholds.items())
    return _picture(figure, f"{sum(n for _, n in counts):,} pairs by match weight; thresholds: {lines}")


def m_and_u_chart(levels: Sequence[tuple[str, float, float]], *, party_type: str) -> dg.MarkdownMetadataValue:
    """Draw each level's chance among matches (m) and among others (u), as (label, m, u)."""
    shown = list(levels)[:SHOWN_LEVELS]
    figure, axes = _figure("probability", "", height=max(SIZE[1], 0.22 * len(shown) + 0.8))
    places = range(len(shown))
    axes.barh([p - 0.2 for p in places], [m for _, m, _ in shown], height=0.4, color=INK, label="m")
    axes.barh([p + 0.2 for p in places], [u for _, _, u in shown], height=0.4, color=REVIEW, label="u")
    axes.set_yticks(list(places), [label for label, _, _ in shown], fontsize=6)
    axes.invert_yaxis()
    axes.legend(fontsize=7)
    return _picture(figure, f"m and u probabilities of the {party_type} model, {len(shown)} levels")


def cluster_sizes(counts: Sequence[tuple[int, int]]) -> dg.MarkdownMetadataValue:
    """Draw golden records by their number of records."""
    figure, axes = _figure("records in a golden record", "golden records")
    axes.bar([size for size, _ in counts], [clusters for _, clusters in counts], color=INK)
    axes.set_yscale("symlog")
    largest = max((size for size, _ in counts), default=0)
    clusters = sum(n for _, n in counts)
    return _picture(figure, f"{clusters:,} golden records by size; the largest holds {largest} records")


def sync_volume(rows: Mapping[str, int], *, title: str) -> dg.MarkdownMetadataValue:
    """Draw rows by object."""
    figure, axes = _figure("rows", "", height=max(1.6, 0.24 * len(rows) + 0.9))
    axes.barh(list(rows), list(rows.values()), color=INK)
    axes.tick_params(axis="y", labelsize=7)
    axes.invert_yaxis()
    return _picture(figure, f"{title}: {sum(rows.values()):,} rows")


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
